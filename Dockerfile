FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements-runtime.lock .
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements-runtime.lock
COPY src src
RUN .venv/bin/python -m compileall -q src

FROM python:3.11-slim
ENV PATH=/app/.venv/bin:$PATH PYTHONPATH=/app/src PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 ASN_HOST=0.0.0.0
RUN useradd --system --uid 10001 --no-create-home asn && install -d -o asn -g asn /files
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/src src
USER asn
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ.get('ASN_PORT', 8000)), timeout=2); c.request('GET', '/livez'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "asn_api"]
CMD ["serve"]
