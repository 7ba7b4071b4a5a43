"""A Slack message as a page that looks much as Slack shows it. It knows the blocks that the bot sends, and no others:
an unknown one is an error, so that no picture shows less than was sent."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from html import escape, unescape
from typing import Any

Block = Mapping[str, Any]
Files = Mapping[str, bytes]
"""PNG files by their ids."""

_STYLE = """
*{box-sizing:border-box}
body{margin:0;padding:20px 24px;background:#fff;color:#1d1c1d;
 font:15px/1.46 -apple-system,"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",Arial,sans-serif}
.message{display:flex;gap:10px;margin:0 0 18px}
.avatar{flex:none;width:36px;height:36px;border-radius:7px;background:#1f5f8b;color:#fff;font-weight:700;
 display:flex;align-items:center;justify-content:center}
.who{font-weight:700}.app{background:#e8e8e8;color:#616061;border-radius:3px;
 padding:1px 4px;margin:0 6px;font-size:11px}
.when{color:#616061;font-size:12px}.only{color:#616061;font-size:13px;margin:0 0 4px}
.content{flex:1;min-width:0}
.bar{border-left:4px solid #ddd;border-radius:4px;padding:2px 0 2px 14px;margin:6px 0 0}
h1{font-size:18px;line-height:1.33;margin:4px 0 6px}
.context{color:#616061;font-size:12.5px;margin:6px 0}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:8px 24px;margin:8px 0}
.section{margin:6px 0;white-space:pre-wrap}
ul{margin:4px 0;padding-left:24px}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:10px 0 4px}
.button{border:1px solid #bbb;border-radius:4px;padding:4px 12px;font-weight:700;font-size:14px;background:#fff}
.button.primary{background:#007a5a;border-color:#007a5a;color:#fff}.button.danger{color:#e01e5a;border-color:#e01e5a}
.select{border:1px solid #bbb;border-radius:4px;padding:4px 26px 4px 12px;font-size:14px;position:relative}
.select::after{content:"▾";position:absolute;right:9px;color:#616061}
img{display:block;max-width:100%;border:1px solid #e4e4e4;border-radius:8px;margin:8px 0}
.input{margin:12px 0}.line{border:1px solid #bbb;border-radius:4px;padding:6px 12px;margin:4px 0}
table{border-collapse:collapse;margin:8px 0;font-size:14px}
th,td{border:1px solid #ddd;padding:5px 10px;text-align:left;vertical-align:top}th{background:#f8f8f8}
"""


def page(messages: Sequence[Mapping[str, Any]], files: Files) -> str:
    """All messages, one below the other. `only` of a message is what stands above one that one person alone sees."""
    body = "".join(_message(each, files) for each in messages)
    return f'<!doctype html><html><head><meta charset="utf-8"><style>{_STYLE}</style></head><body>{body}</body></html>'


def _message(message: Mapping[str, Any], files: Files) -> str:
    only = f'<div class="only">{escape(message["only"])}</div>' if "only" in message else ""
    blocks = "".join(_block(block, files) for block in message.get("blocks") or ())
    bars = "".join(
        f'<div class="bar" style="border-color:{escape(each["color"])}">'
        f"{''.join(_block(block, files) for block in each.get('blocks') or ())}</div>"
        for each in message.get("attachments") or ()
    )
    who = '<span class="who">usagebot</span><span class="app">APP</span>'
    when = f'<span class="when">{escape(message.get("when", ""))}</span>'
    return (
        f'<div class="message"><div class="avatar">u</div><div class="content">{only}<div>{who}{when}</div>'
        f"{blocks}{bars}</div></div>"
    )


def _block(block: Block, files: Files) -> str:
    kind = block["type"]
    if kind == "image":
        return _image(block, files)
    if kind not in _BLOCKS:
        raise ValueError(f"no picture of a block of type {kind}")
    return _BLOCKS[kind](block)


def _header(block: Block) -> str:
    return f"<h1>{_text(block['text'])}</h1>"


def _context(block: Block) -> str:
    return f'<div class="context">{" ".join(_text(one) for one in block["elements"])}</div>'


def _rich_text(block: Block) -> str:
    return "".join(_rich(one) for one in block["elements"])


def _actions(block: Block) -> str:
    return f'<div class="actions">{"".join(_element(one) for one in block["elements"])}</div>'


def _section(block: Block) -> str:
    text = f'<div class="section">{_text(block["text"])}</div>' if "text" in block else ""
    fields = "".join(f"<div>{_text(one)}</div>" for one in block.get("fields") or ())
    accessory = _element(block["accessory"]) if "accessory" in block else ""
    return text + (f'<div class="fields">{fields}</div>' if fields else "") + accessory


def _text(text: Mapping[str, Any]) -> str:
    """Bold and line breaks are all the markup that the bot writes."""
    shown = escape(unescape(text["text"]))
    if text["type"] == "mrkdwn":
        parts = shown.split("*")
        shown = "".join(f"<b>{part}</b>" if place % 2 else part for place, part in enumerate(parts))
    return shown.replace("\n", "<br>")


def _rich(element: Block) -> str:
    match element["type"]:
        case "rich_text_section":
            return f'<div class="section">{_runs(element)}</div>'
        case "rich_text_list":
            items = "".join(f"<li>{_runs(one)}</li>" for one in element["elements"])
            return f"<ul>{items}</ul>"
        case other:
            raise ValueError(f"no picture of rich text of type {other}")


def _runs(element: Block) -> str:
    return "".join(_run(run) for run in element["elements"])


def _run(run: Block) -> str:
    shown = escape(run["text"]).replace("\n", "<br>")
    return f"<b>{shown}</b>" if (run.get("style") or {}).get("bold") else shown


def _element(element: Block) -> str:
    match element["type"]:
        case "button":
            return f'<span class="button {escape(element.get("style", ""))}">{_text(element["text"])}</span>'
        case "static_select":
            shown = element.get("initial_option", {}).get("text") or element["placeholder"]
            return f'<span class="select">{_text(shown)}</span>'
        case "overflow":
            return '<span class="button">⋯</span>'
        case "plain_text_input" | "multi_static_select":
            return f'<div class="line">{_written(element)}</div>'
        case other:
            raise ValueError(f"no picture of an element of type {other}")


def _written(element: Block) -> str:
    """What a field of a window is filled in with, or the hint that stands in it."""
    chosen = ", ".join(_text(one["text"]) for one in element.get("initial_options") or ())
    hint = _text(element["placeholder"]) if "placeholder" in element else "&nbsp;"
    return chosen or escape(element.get("initial_value", "")) or f'<span class="only">{hint}</span>'


def _input(block: Block) -> str:
    optional = ' <span class="only">(optional)</span>' if block.get("optional") else ""
    hint = f'<div class="context">{_text(block["hint"])}</div>' if "hint" in block else ""
    label = f"<b>{_text(block['label'])}</b>{optional}"
    return f'<div class="input">{label}<br>{_element(block["element"])}{hint}</div>'


def _image(block: Block, files: Files) -> str:
    data = base64.b64encode(files[block["slack_file"]["id"]]).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{escape(block["alt_text"])}">'


def _table(block: Block) -> str:
    first, *rest = block["rows"]
    head = "".join(f"<th>{_cell(cell)}</th>" for cell in first)
    rows = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rest)
    return f"<table><tr>{head}</tr>{rows}</table>"


def _cell(cell: Block) -> str:
    if cell["type"] == "rich_text":
        return "".join(_rich(one) for one in cell["elements"])
    return escape(str(cell.get("text", cell.get("value", ""))))


_BLOCKS: Mapping[str, Callable[[Block], str]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "rich_text": _rich_text,
    "actions": _actions,
    "data_table": _table,
    "input": _input,
    "divider": lambda _: "<hr>",
}
