"""How report pages look: one style sheet with a light and a dark set of colours, nothing loaded from elsewhere."""

LIGHT = {
    "page": "#fbfbfa",
    "card": "#ffffff",
    "text": "#1f2328",
    "quiet": "#5d6672",
    "rule": "#e3e5e8",
    "s0": "#2563b0",
    "s1": "#c2570c",
    "mark": "#b3261e",
    "error": "#b3261e",
    "warning": "#8a5a00",
    "info": "#3c5a78",
    "shade-0": "#3b4cc0",
    "shade-1": "#1f8f9c",
    "shade-2": "#4f9e35",
    "shade-3": "#c99a06",
    "shade-4": "#d1495b",
}
DARK = {
    "page": "#15181c",
    "card": "#1c2026",
    "text": "#e6e8eb",
    "quiet": "#9aa4b0",
    "rule": "#31363e",
    "s0": "#6ea8f0",
    "s1": "#f0a35e",
    "mark": "#ff8a80",
    "error": "#ff8a80",
    "warning": "#f2c14e",
    "info": "#9fc3e8",
    "shade-0": "#8fa2ff",
    "shade-1": "#4fc3d0",
    "shade-2": "#8ccf6b",
    "shade-3": "#f2c14e",
    "shade-4": "#ff8896",
}


def _variables(colors: dict[str, str]) -> str:
    return ";".join(f"--{name}:{color}" for name, color in colors.items())


STYLE = (
    f".tupli{{{_variables(LIGHT)};color-scheme:light}}"
    f"@media (prefers-color-scheme:dark){{.tupli{{{_variables(DARK)};color-scheme:dark}}}}"
    """
.tupli{background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif;padding:24px;box-sizing:border-box}
.tupli *{box-sizing:border-box}
.tupli main{max-width:1240px;margin:0 auto}
.tupli h1{font-size:24px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
.tupli h2{font-size:17px;margin:32px 0 12px}
.tupli h3{font-size:14px;margin:0 0 8px}
.tupli .quiet,.tupli figcaption{color:var(--quiet)}
.tupli .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(135px,1fr));gap:12px;margin:20px 0 0;padding:0}
.tupli .tiles div,.tupli figure{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:12px 14px;margin:0}
.tupli .tiles dt{color:var(--quiet);font-size:13px}
.tupli .tiles dd{margin:0;font-size:21px;font-variant-numeric:tabular-nums}
.tupli .panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:14px}
.tupli figcaption{font-size:12px}
.tupli .scroll{overflow-x:auto}
.tupli table{border-collapse:collapse;width:100%;font-size:14px;background:transparent}
.tupli th,.tupli td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-bottom:1px solid var(--rule)}
.tupli th,.tupli td{color:inherit;background:transparent}
.tupli th{color:var(--quiet);font-weight:600}
.tupli td:last-child{min-width:15em}
.tupli td.number,.tupli th.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.tupli .severity{font-weight:600}
.tupli .error{color:var(--error)} .tupli .warning{color:var(--warning)} .tupli .info{color:var(--info)}
.tupli .missing{color:var(--quiet);min-height:120px;margin:0}
.tupli .legend span::before{content:"";display:inline-block;width:10px;height:10px;margin-right:6px;border-radius:2px;background:var(--s0)}
.tupli .legend span+span{margin-left:18px}
.tupli .legend span+span::before{background:var(--s1)}
.tupli svg{width:100%;height:auto;display:block;font:11px system-ui,sans-serif}
.tupli svg text{fill:var(--quiet)} .tupli svg .name{font-size:11.5px} .tupli svg .marked{fill:var(--text);font-weight:600}
.tupli svg .marked{paint-order:stroke;stroke:var(--card);stroke-width:4px}
.tupli svg .grid{stroke:var(--rule)} .tupli svg .axis{stroke:var(--quiet)}
.tupli svg .mark{stroke:var(--mark);stroke-dasharray:4 3;stroke-width:1.5}
.tupli svg .s0{fill:var(--s0);stroke:var(--s0)} .tupli svg .s1{fill:var(--s1);stroke:var(--s1)}
.tupli svg .bar{stroke:none;fill-opacity:.85} .tupli svg .bar.s1:not(.solid){fill-opacity:.6}
 .tupli svg .line{fill:none;stroke-width:1.8} .tupli svg .band{stroke:none;fill-opacity:.18}
.tupli svg .dot{stroke:none;fill-opacity:.75} .tupli svg .heat{fill:var(--s0)}
""" + "".join(f".tupli svg .shade{i}{{fill:var(--shade-{i})}}" for i in range(5))
)
