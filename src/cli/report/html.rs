//! A report as one page that holds everything it needs: nothing is loaded, and nothing in it runs.

use std::fmt::Write;

use super::Printed;
use super::svg::chart;
use super::terminal::{definitions, title};
use super::values::{before, change, escaped, remarks, shown};
use crate::api::wire::TableView;

const STYLE: &str = "\
@page{size:A4;margin:15mm}\
body{font-family:'Noto Sans KR','Malgun Gothic','Apple SD Gothic Neo',sans-serif;font-size:10pt;color:#000;background:#fff;\
max-width:180mm;margin:auto;line-height:1.4;word-break:keep-all;overflow-wrap:break-word}\
h1{font-size:16pt}h2{font-size:12pt;margin:1.2em 0 .4em;break-after:avoid}\
table{border-collapse:collapse;width:100%;font-size:9pt}thead{display:table-header-group}tr{break-inside:avoid}\
th,td{border-bottom:1px solid #999;padding:2px 6px;text-align:right}td{white-space:nowrap}th:first-child,td:first-child{text-align:left}td:first-child{white-space:normal;min-width:6em}\
th{border-bottom:2px solid #000;vertical-align:bottom}svg{width:100%;break-inside:avoid}\
svg text{font-size:10px;fill:#000}.v,.l{text-anchor:middle}.r{text-anchor:end}.s{text-anchor:start}\
dl{font-size:8.5pt}dt{font-weight:bold;float:left;margin-right:.5em}dd{margin:0 0 .3em}.q{margin:.2em 0}";

/// The page.
pub fn page(printed: &Printed) -> String {
    let title = escaped(&title(printed));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n",
        printed.say.tag()
    );
    if !printed.report.figures.is_empty() {
        figures(&mut page, printed);
    }
    for table in printed.report.tables.iter().filter(|table| !table.rows.is_empty()) {
        let _ = write!(page, "<h2>{}</h2>\n{}\n", escaped(&table.title), chart(printed.say, table));
        rows(&mut page, printed, table);
    }
    quotes(&mut page, printed);
    let _ = write!(page, "<h2>{}</h2>\n<dl>\n", escaped(&printed.say.t("report-definitions")));
    for definition in definitions(printed) {
        let (term, sentence) = definition.split_once(": ").unwrap_or((&definition, ""));
        let _ = writeln!(page, "<dt>{}</dt><dd>{}</dd>", escaped(term), escaped(sentence));
    }
    page.push_str("</dl>\n");
    for remark in remarks(printed) {
        let _ = writeln!(page, "<p>{}</p>", escaped(&remark));
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn row(page: &mut String, cell: &str, cells: &[String]) {
    page.push_str("<tr>");
    for one in cells {
        let _ = write!(page, "<{cell}>{}</{cell}>", escaped(one));
    }
    page.push_str("</tr>\n");
}

fn figures(page: &mut String, printed: &Printed) {
    let say = printed.say;
    let mut head = vec![say.t("head-figure"), say.t("head-value"), say.t("head-goal")];
    if let Some((period, _)) = &printed.compared {
        head.extend([period.clone(), say.t("head-change")]);
    }
    page.push_str("<table>\n<thead>");
    row(page, "th", &head);
    page.push_str("</thead>\n<tbody>\n");
    for figure in &printed.report.figures {
        let goal = figure.goal.map(|goal| shown(say, "per_mille", Some(goal))).unwrap_or_default();
        let mut cells = vec![figure.title.clone(), shown(say, &figure.unit, figure.value), goal];
        if printed.compared.is_some() {
            let other = before(printed, &figure.id);
            let change = change(say, &figure.unit, figure.value, other);
            cells.extend([shown(say, &figure.unit, other), change.unwrap_or_default()]);
        }
        row(page, "td", &cells);
    }
    page.push_str("</tbody>\n</table>\n");
}

fn rows(page: &mut String, printed: &Printed, table: &TableView) {
    let mut head = vec![String::new()];
    head.extend(table.columns.iter().map(|column| column.title.clone()));
    page.push_str("<table>\n<thead>");
    row(page, "th", &head);
    page.push_str("</thead>\n<tbody>\n");
    for one in &table.rows {
        let mut cells = vec![one.label.clone()];
        let values = table.columns.iter().zip(&one.cells);
        cells.extend(values.map(|(column, value)| shown(printed.say, &column.unit, *value)));
        row(page, "td", &cells);
    }
    page.push_str("</tbody>\n</table>\n");
}

fn quotes(page: &mut String, printed: &Printed) {
    let Some(words) = &printed.words else { return };
    let _ = writeln!(page, "<h2>{}</h2>", escaped(&printed.say.t("report-words")));
    for quote in &words.quotes {
        let score = quote.score.map_or_else(|| "-".to_owned(), |score| score.to_string());
        let comment = escaped(quote.comment.as_deref().unwrap_or_default());
        let _ = writeln!(page, "<p class=\"q\"><b>{score}</b> {comment}</p>");
    }
}
