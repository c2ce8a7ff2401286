#include "web/procurement/trust_page.h"

namespace countersign::procurement {

// The portal's colours (web/ui/src/style/theme.css): text keeps to 4.5:1 on its ground, shapes to 3:1.
std::string_view trust_style() {
  return R"css(:root{color-scheme:light dark;--ground:#f4f6f9;--surface:#fff;--line:#d4dae3;--edge:#78859a;--text:#16202e;--soft:#4c5a6d;--accent:#17448c;--strong:#0f3470;--on-accent:#fff;--good:#116238;--good-tint:#e0f3e8;--warn:#7a4b00;--warn-tint:#fdf0d6;--bad:#a31621;--bad-tint:#fde7e8;--grey-tint:#eef1f6}
@media screen and (prefers-color-scheme:dark){:root{--ground:#0e141c;--surface:#161e29;--line:#334155;--edge:#8493aa;--text:#e8edf4;--soft:#a9b6c8;--accent:#8fb8ff;--strong:#b3d0ff;--on-accent:#0b1c38;--good:#7fdba8;--good-tint:#12311f;--warn:#f2c572;--warn-tint:#3a2a0c;--bad:#ff9ca3;--bad-tint:#421a1e;--grey-tint:#202b39}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:68rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
header{padding-top:clamp(2rem,6vw,4rem)}
h1,h2,h3,p,ul,dl,dd{margin:0;padding:0}
h1{font-size:clamp(1.7rem,1.2rem + 2vw,2.4rem);line-height:1.2;margin:.3rem 0 .8rem}
h2{font-size:1.3rem;line-height:1.3;margin:3rem 0 1rem}
h3{font-size:1.05rem;line-height:1.35}
a{color:var(--accent);text-underline-offset:.15em}
a:hover{color:var(--strong)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-100rem;top:.5rem;background:var(--surface);padding:.6rem 1rem;z-index:1}
.skip:focus{left:.5rem}
.eyebrow{display:flex;align-items:center;gap:.6rem;color:var(--soft);font-weight:600}
.eyebrow svg{width:1.75rem;height:1.75rem;flex:none}
.lead{max-width:46rem;color:var(--soft)}
.lead strong{color:var(--text)}
.notice{margin-top:1.5rem;padding:1rem 1.25rem;background:var(--bad-tint);border-left:5px solid var(--bad);border-radius:8px}
.cards{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:1rem}
.card{display:grid;align-content:start;gap:.6rem;min-width:0;padding:1.1rem 1.2rem;background:var(--surface);border:1px solid var(--line);border-radius:10px}
.wide{max-width:46rem}
.state{display:inline-flex;align-items:center;gap:.45rem;justify-self:start;padding:.1rem .6rem .1rem .4rem;border-radius:999px;font-size:.9rem;font-weight:600;white-space:nowrap}
.state span{flex:none;display:inline-grid;place-items:center;width:1.15rem;height:1.15rem;border-radius:50%;font-size:.78rem;line-height:1;border:1.5px solid currentColor}
.good{color:var(--good);background:var(--good-tint)}
.warn{color:var(--warn);background:var(--warn-tint)}
.bad{color:var(--bad);background:var(--bad-tint)}
.grey{color:var(--soft);background:var(--grey-tint)}
dl.facts{display:grid;grid-template-columns:minmax(6rem,auto) minmax(0,1fr);gap:.25rem .9rem;font-size:.92rem}
dt{color:var(--soft)}
code{font-family:ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em;overflow-wrap:anywhere}
details{font-size:.92rem}
summary{cursor:pointer;color:var(--accent);min-height:24px;width:fit-content}
details ul{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem .9rem;padding-top:.4rem}
details a{display:inline-block;min-height:24px}
.counts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin-bottom:1.25rem}
.counts div{padding:.8rem 1rem;background:var(--surface);border:1px solid var(--line);border-radius:10px;display:flex;flex-direction:column-reverse;justify-content:flex-end}
.counts dd{font-size:1.7rem;font-weight:600;line-height:1.2;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;background:var(--surface);border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:.94rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.6rem 1rem;border-top:1px solid var(--line);font-weight:400}
thead th{border-top:0;font-weight:600;color:var(--soft);font-size:.88rem}
tbody th{min-width:11rem}
.id{display:block;color:var(--soft)}
tr:target{background:var(--grey-tint)}
.list{list-style:none;display:grid;gap:.75rem}
form{display:grid;gap:1rem;max-width:36rem}
label{display:grid;gap:.3rem;font-weight:600}
input,textarea{font:inherit;color:inherit;width:100%;min-height:2.75rem;padding:.5rem .7rem;background:var(--surface);border:1px solid var(--edge);border-radius:6px}
textarea{min-height:6rem;resize:vertical}
button{font:inherit;font-weight:600;justify-self:start;min-height:2.75rem;padding:.5rem 1.4rem;color:var(--on-accent);background:var(--accent);border:0;border-radius:6px;cursor:pointer}
button:hover{background:var(--strong)}
.small{font-size:.92rem;color:var(--soft);max-width:46rem}
footer{padding-top:3.5rem;padding-bottom:3rem;font-size:.92rem;color:var(--soft);display:grid;gap:.6rem}
footer p{max-width:46rem}
footer p:first-child{border-top:1px solid var(--line);padding-top:1.25rem}
.nb{white-space:nowrap}
@media (max-width:30rem){table{font-size:.86rem}th,td{padding:.55rem .5rem}tbody th{min-width:6rem}td .state{white-space:normal;border-radius:8px;padding:.1rem .4rem;font-size:.86rem}}
@media print{:root{color-scheme:light;--ground:#fff}html{font-size:9.5pt}header,main,footer{max-width:none;padding-left:0;padding-right:0}.skip,#access{display:none}.card,.counts div,tr{break-inside:avoid}h2{break-after:avoid}.scroll{overflow:visible}.state,.notice{print-color-adjust:exact;-webkit-print-color-adjust:exact}thead{display:table-header-group}}
)css";
}

}  // namespace countersign::procurement
