#include "reports/render/html_style.h"

#include "ledger/base/encoding.h"
#include "reports/render/html_sections.h"
#include "reports/render/html_text.h"

#include <fmt/format.h>

namespace countersign::render {
namespace {

// One accent colour. Greys have a contrast of 4.5 and more on the ground they stand on, in both themes.
constexpr std::string_view kScreen = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b2025;--soft:#586069;--rule:#c9ced4;--hair:#e6e9ec;--wash:#f5f6f7;--accent:#0d5a74;--tint:#a9cbd7;--grey:#8b939b}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e3e6e9;--soft:#a2abb4;--rule:#434a52;--hair:#2a2f35;--wash:#1c2024;--accent:#7fc6dd;--tint:#2c6275;--grey:#7a838c}}
*{box-sizing:border-box}
html{scroll-behavior:auto;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,system-ui,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 clamp(1.1rem,5vw,3.5rem)}
header{padding-top:clamp(2.5rem,9vw,6.5rem)}
main{padding-bottom:4rem}
h1,h2,.tenant{font-family:"Iowan Old Style","Palatino Linotype",Palatino,P052,"URW Palladio L","Book Antiqua",Georgia,"Liberation Serif",serif;font-weight:600;text-wrap:balance}
h1{font-size:clamp(1.75rem,1.2rem + 2.4vw,2.7rem);line-height:1.17;letter-spacing:-.012em;max-width:24em;margin:.4rem 0 1.4rem}
h2{font-size:1.62rem;line-height:1.25;letter-spacing:-.005em;margin:5rem 0 1.2rem;padding-top:1.1rem;border-top:2px solid var(--ink)}
h3{font-size:1.14rem;line-height:1.4;margin:3rem 0 .7rem}
h2+h3{margin-top:0}
h4{font-size:.94rem;line-height:1.4;margin:1.9rem 0 .5rem}
p,ul.prose,ol.prose{max-width:43rem;margin:0 0 1rem}
ul.prose,ol.prose{padding-left:1.25rem}
ul.prose li,ol.prose li{margin-bottom:.35rem}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:.17em}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:1px}
code,pre,.mono{font-family:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"Liberation Mono","Noto Sans Mono","DejaVu Sans Mono",monospace}
code{font-size:.9em}
.hash{overflow-wrap:anywhere;word-break:break-all}
.skip{position:absolute;left:-100rem;top:.5rem;background:var(--paper);padding:.6rem 1rem;z-index:1}
.skip:focus{left:.5rem}
.eyebrow{margin:0;color:var(--accent);font-weight:600;letter-spacing:.01em}
.statement{font-size:1.06rem;max-width:40rem;color:var(--soft);margin-bottom:2.2rem}
.note{color:var(--soft)}
.lead{font-size:1.06rem}
.warnings{border:2px solid var(--ink);border-left-width:.65rem;padding:1.15rem 1.5rem .5rem;margin:0 0 2.6rem}
.warnings h2{font-size:1.22rem;margin:0 0 .5rem;padding:0;border:0}
.warnings ol{padding-left:1.4rem;margin:0 0 .7rem;max-width:none}
.warnings li::marker{font-weight:600}
dl.facts{display:grid;grid-template-columns:minmax(9rem,13rem) minmax(0,1fr);margin:0 0 1.6rem;border-bottom:1px solid var(--hair);font-variant-numeric:tabular-nums lining-nums}
dl.facts dt,dl.facts dd{margin:0;padding:.52rem 1rem .52rem 0;border-top:1px solid var(--hair)}
dl.facts dt{color:var(--soft)}
dl.facts dd{padding-right:0;min-width:0;overflow-wrap:anywhere}
.sub{display:block;color:var(--soft)}
nav.contents ol{list-style:none;margin:0;padding:0}
nav.contents>ol>li{border-top:1px solid var(--hair)}
nav.contents a{display:inline-block;padding:.42rem 0;text-decoration:none;color:var(--ink)}
nav.contents a:hover{color:var(--accent);text-decoration:underline}
nav.contents ol ol{columns:24rem 2;column-gap:2.5rem;padding:0 0 .7rem 1.4rem;font-size:.94rem}
nav.contents ol ol li{break-inside:avoid}
nav.contents ol ol a{padding:.2rem 0;min-height:24px}
.scroll{overflow-x:auto;margin:0 0 2.2rem}
table{border-collapse:collapse;width:100%;font-size:.92rem;line-height:1.45;font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;font-weight:600;font-size:.98rem;padding:0 0 .65rem}
caption>span{display:block;max-width:calc(100vw - 2*clamp(1.1rem,5vw,3.5rem))}
.t{white-space:nowrap;overflow-wrap:normal}
.letter{color:var(--accent);margin-right:.55em}
th,td{text-align:left;vertical-align:top;font-weight:400;padding:.55rem 1.15rem .55rem 0;border-bottom:1px solid var(--hair)}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:.86rem;font-weight:600;line-height:1.35;vertical-align:bottom;border-top:1px solid var(--ink);border-bottom:1px solid var(--ink)}
tbody tr:last-child>*{border-bottom:1px solid var(--rule)}
.n{text-align:right;white-space:nowrap}
.w{min-width:15rem;overflow-wrap:anywhere}
.c{overflow-wrap:anywhere;min-width:6.5rem}
.rows{font-weight:400;color:var(--soft)}
td.c .hash{display:block;width:32.4ch;font-size:.8rem}
.grid-blank tr>:nth-last-child(-n+6){min-width:3rem;width:3rem;padding-right:0;text-align:center}
.grid-blank td:nth-last-child(-n+6){border-left:1px solid var(--rule)}
.lines{white-space:pre-line}
.ref{font-size:.94em;font-weight:600;white-space:nowrap}
h3 .ref{display:block;white-space:normal;font-size:.86rem;letter-spacing:.02em;color:var(--accent)}
.mark{display:inline-flex;align-items:baseline;gap:.45em;font-weight:600}
.mark svg{width:1em;height:1em;flex:none;transform:translateY(.12em)}
.result{font-size:1.06rem;margin-bottom:1.2rem}
.item{display:flex;flex-wrap:wrap;gap:0 .9em;margin-bottom:.3rem}
.item .ref{flex:0 1 16.5rem}
.nb{white-space:nowrap}
.chart .note{font-size:.9rem;margin:.3rem 0 0}
h4+pre{margin-bottom:1.2rem}
.mo{fill:none;stroke:var(--ink);stroke-width:1.5}.md{stroke-dasharray:2.4 2}.ml{fill:none;stroke:var(--ink);stroke-width:1.7}.mf{fill:var(--ink)}.mx{stroke:var(--paper);stroke-width:1.9;fill:none}
section.control{margin-top:4.2rem;padding-top:1.2rem;border-top:1px solid var(--rule)}
section.control h3{margin-top:0;font-size:1.28rem;line-height:1.35}
figure{margin:0 0 1.8rem}
figcaption{font-size:.9rem;color:var(--soft);margin-bottom:.45rem}
figcaption b{color:var(--ink)}
pre{margin:0;padding:.95rem 1.15rem;background:var(--wash);font-size:.83rem;line-height:1.55;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}
.charts{display:flex;flex-wrap:wrap;gap:0 3.5rem}
.charts figure{flex:1 1 19rem}
.chart figcaption{color:var(--ink);font-weight:600;margin-bottom:.6rem}
.plot svg{display:block;overflow:visible}
.plot.axes{padding-left:4rem}
.plot text{font-size:12px;fill:var(--soft);font-variant-numeric:tabular-nums}
.plot .total{fill:var(--ink)}
.grid{stroke:var(--hair)}.base{stroke:var(--ink)}
rect{stroke:var(--accent);stroke-width:1}
.s0{fill:var(--accent)}.s1{fill:var(--tint)}.s2{fill:url(#p-hatch)}.s3{fill:var(--grey);stroke:var(--ink)}.s4{fill:url(#p-dots);stroke:var(--ink)}.s5{fill:url(#p-lines);stroke:var(--ink)}
.outline{fill:var(--paper);stroke:var(--ink)}.solid{fill:var(--ink);stroke:var(--ink)}.hatched{fill:url(#p-lines);stroke:var(--ink)}.tinted{fill:var(--tint);stroke:var(--accent)}
.pp{fill:var(--paper);stroke:none}.pa{fill:var(--accent);stroke:none}.pi{fill:var(--ink);stroke:none}
.defs{position:absolute}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;margin:.7rem 0 0;padding:0;font-size:.9rem;font-variant-numeric:tabular-nums}
.legend svg{vertical-align:-2px;margin-right:.2em}
.signatures{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:2.8rem 3rem;margin-top:2.4rem}
.signatures h3{margin:0 0 1.2rem}
.signatures dl{margin:0;display:grid;grid-template-columns:5.5rem 1fr}
.signatures dt,.signatures dd{margin:0;padding-top:1.7rem}
.signatures dt{color:var(--soft);font-size:.9rem}
.signatures dd{border-bottom:1px solid var(--ink)}
footer{padding-top:1.4rem;padding-bottom:3rem;color:var(--soft);font-size:.9rem}
@media (max-width:40rem){
dl.facts{grid-template-columns:minmax(0,1fr)}
dl.facts dt{padding-bottom:0;font-size:.9rem}
dl.facts dd{border-top:0;padding-top:0}
.plot .total{display:none}
h2{margin-top:3.6rem}
.ref{white-space:normal}
.warnings{padding:1rem 1.1rem .3rem}
}
)";

constexpr std::string_view kPaper = R"(
@media print{
:root{color-scheme:light}
html{font-size:9.6pt}
body{line-height:1.5}
header,main,footer{max-width:none;padding:0}
header{padding-top:6mm}
.statement{margin-bottom:1.4rem}
.warnings{margin-bottom:1.6rem;padding:.8rem 1.2rem .2rem}
header+main>section h2:not(#warnings){margin-top:6mm}
dl.facts dt,dl.facts dd{padding-top:.34rem;padding-bottom:.34rem}
th,td{padding-top:.36rem;padding-bottom:.36rem}
h3{margin-top:2rem}
h2+h3{margin-top:0}
main{padding-bottom:0}
.skip{display:none}
a{color:inherit;text-decoration:none}
h1{font-size:25pt}
h2{font-size:16pt;margin-top:12mm}
h2.leaf,.leaf{break-before:page}
.leaf>h2:first-child,h2.leaf{margin-top:0}
h2,h3,h4,figcaption,caption{break-after:avoid}
p,li{orphans:3;widows:3}
nav.contents{break-before:page}
nav.contents h2{margin-top:0}
nav.contents a{padding:.22rem 0}
section.control{break-before:page;margin-top:0;border-top:0;padding-top:0}
section.control.first{break-before:auto;margin-top:6mm}
.scroll{overflow:visible}
table{font-size:8.6pt}
thead{display:table-header-group}
tr,dl.facts>*,figure.chart,.warnings,.signatures>div{break-inside:avoid}
.w{min-width:0}
td.c .hash{min-width:0;max-width:none;font-size:7.4pt}
.ref,.t{white-space:normal}
table:not(:has(tbody tr:nth-child(12))){break-inside:avoid}
thead{break-after:avoid}
pre{font-size:7.8pt;background:none;border:1px solid var(--rule);padding:2.4mm 3mm}
.mark,.plot,.legend,.warnings{print-color-adjust:exact;-webkit-print-color-adjust:exact}
footer{display:none}
}
)";

}  // namespace

std::string_view style_sheet() {
  static const std::string kAll = std::string(kScreen.substr(1)) + std::string(kPaper.substr(1));
  return kAll;
}

std::string page_margins(const reports::Report& report, const reports::Run& run) {
  const auto root = base::to_hex(report.as_of.root.view()).substr(0, 16);
  const auto whose = fmt::format("Management’s evidence · {} · {}", report.tenant, report.log);
  const auto what =
      fmt::format("{} · {} to {}", scope_title(report), shown(report.from), shown(report.until));
  const auto made = fmt::format("Run {} by {} · {} · root {}… of {} records", shown(run.at), run.by,
                                run.software, root, grouped(report.as_of.size));
  constexpr std::string_view kType =
      "font:7.2pt/1.35 \"Helvetica Neue\",\"Liberation Sans\",Arial,sans-serif;color:#586069;";
  return fmt::format(
      "@page{{size:A4;margin:24mm 17mm 22mm;"
      "@top-left{{content:{0};{4}width:36%;text-align:left;vertical-align:bottom;padding-bottom:5mm}}"
      "@top-right{{content:{1};{4}width:64%;text-align:right;vertical-align:bottom;padding-bottom:5mm}}"
      "@bottom-left{{content:{2};{4}width:82%;text-align:left;vertical-align:top;padding-top:4mm}}"
      "@bottom-right{{content:{3};{4}width:18%;text-align:right;vertical-align:top;padding-top:4mm}}}}\n",
      css_string(whose), css_string(what), css_string(made),
      "\"Page \" counter(page) \" of \" counter(pages)", kType);
}

}  // namespace countersign::render
