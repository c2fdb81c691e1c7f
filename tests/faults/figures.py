"""The table of what was tried: a line for each fault, with the commands that it was put into."""

import re
from dataclasses import dataclass, field

NAMED = re.compile(r"(?P<fault>[^`]*[^ `]) ?`(?P<command>[^`]+)`")
BEGIN, END = "<!-- figures: written by `sh tests/run.sh faults` -->", "<!-- end of figures -->"


@dataclass
class Figures:
    """How often each fault was tried, and how often something went wrong."""

    tried: dict[str, dict[str, int]] = field(default_factory=dict)  # fault → command, or "" → how often
    bad: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, tried: int, bad: int) -> None:
        """Count a fault; a command in backquotes at the end of its name stands in the same line as others."""
        named = NAMED.fullmatch(name)
        fault, command = (named["fault"], f"`{named['command']}`") if named else (name, "")
        commands = self.tried.setdefault(fault, {})
        commands[command] = commands.get(command, 0) + tried
        self.bad[fault] = self.bad.get(fault, 0) + bad

    def table(self) -> str:
        """Markdown, by the name of the fault."""
        lines = ["| tried | how often | bad |", "|---|---|---|"]
        for fault in sorted(self.tried):
            commands = sorted(self.tried[fault].items())
            often = ", ".join(f"{command} {count:,}".strip() for command, count in commands)
            total = f"{sum(count for _command, count in commands):,}"
            lines.append(f"| {fault} | {often if len(commands) == 1 else f'{total}: {often}'} | {self.bad[fault]:,} |")
        return "\n".join(lines)


def renewed(text: str, table: str) -> str:
    """`text` with `table` in the place of the one between the two marks. ValueError where it has no such place."""
    before, _begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no place for the figures: {BEGIN}")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"
