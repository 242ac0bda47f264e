"""`asn-api`, `python -m asn_api`."""

import gc
import os
import sys

# Looking for plugins of pydantic reads the metadata of every installed package; there are none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")


def main() -> None:
    if sys.argv[1:] == ["serve"]:
        # A fifth of the start is the collector walking what the imports have just made.
        gc.disable()
        from asn_api.serving import main as serve

        serve()
    else:
        from asn_api.cli import app

        app(prog_name="asn-api")


if __name__ == "__main__":
    main()
