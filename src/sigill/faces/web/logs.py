"""Log lines as JSON, without names: what happened, where, of which kind; never text from a request."""

import json
import logging


class JsonFormatter(logging.Formatter):
    """One object a line. Our own lines keep their text; others' keep their template, an exception its kind."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        ours = record.name.startswith("sigill")
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # Another library's arguments could hold a path, a form's value or a name.
            "event": record.getMessage() if ours else str(record.msg),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                code = trace.tb_frame.f_code
                line["where"] = f"{code.co_filename.rpartition('site-packages/')[2]}:{trace.tb_lineno}"
        return json.dumps(line, ensure_ascii=False)
