"""Stored imports and rows in the words of the caller's language."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from asn_api.areas.employees.portal import report_csv
from asn_api.areas.employees.portal_rows import Message, Severity
from asn_api.errors import Language, catalogue, fill
from asn_api.rules.imports import ImportAction, refusal

_SHOWN = ("id", "version", "status", "file_name", "created_at", "created_by", "rows_total", "rows_done")


def imported(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    summary = row["summary"]
    code = row["problem_code"]
    return {
        **{name: row[name] for name in _SHOWN},
        "committed_at": row["committed_at"],
        "summary": _summary(summary) if "rows" in summary else None,
        "problem": _problem(code, summary.get("problem_params", {}), language) if code else None,
        "allowed_actions": [
            {"action": action, "refused": refusal(row["status"], action)} for action in ImportAction
        ],
    }


def _summary(stored: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("rows", "accepted", "refused", "with_warnings", "actions", "codes", "units", "changes_nothing")
    changes = [
        {name: each[name] for name in ("siasn_id", "name", "changes")} for each in stored["unit_changes"]
    ]
    return {name: stored[name] for name in kept} | {"unit_changes": changes}


def _problem(code: str, params: Mapping[str, Any], language: Language) -> dict[str, str]:
    return {"code": code, "message": fill(catalogue()[code].detail[language], params)}


def row_shown(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("line", "nip", "action", "employee_id", "changes")},
        "messages": [
            {
                "column": message.column,
                "code": message.code,
                "severity": message.severity.value,
                "message": message.text(language),
                "params": message.params,
                "suggestion": message.suggestion,
            }
            for message in _messages(row)
        ],
    }


def report_lines(rows: Iterable[Mapping[str, Any]], language: Language) -> Iterator[str]:
    return report_csv((message for row in rows for message in _messages(row)), language)


def _messages(row: Mapping[str, Any]) -> list[Message]:
    return [
        Message(
            row["line"],
            each["column"],
            each["code"],
            Severity(each["severity"]),
            each["params"],
            each["suggestion"],
        )
        for each in row["messages"]
    ]
