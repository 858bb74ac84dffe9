//! `munja review`: supervisors draw consultations and score them; counselors answer. `munja reviews`: what was written.

use clap::ValueEnum;

use super::context::CliContext;
use super::conversation;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::{
    PointView, ProblemCode, ReviewMarkRequest, ReviewRequest, ReviewView, SampledView, SheetView,
};
use crate::client::Sampled;
use crate::client::desks::desk_name;
use crate::client::format::one_word;
use crate::client::table::{lines, table};
use crate::domain::text::one_line;

/// Longer comments and answers are cut in a list (columns); `--json` has all of it.
const MOST_SHOWN: usize = 2_000;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "WHAT")]
    what: What,
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: Option<i64>,
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    #[arg(long, value_name = "LOGIN")]
    counselor: Option<String>,
    #[arg(long, value_name = "DESK")]
    pub(super) desk: Option<String>,
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=366))]
    days: i64,
    #[arg(long = "n", value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(i64).range(1..=50))]
    count: i64,
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(0..))]
    seed: Option<i64>,
    #[arg(long, value_name = "POINT=MARK,...", value_delimiter = ',')]
    marks: Vec<String>,
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Sheet,
    Sample,
    Show,
    Write,
    Answer,
}

#[derive(clap::Args)]
pub struct ListArgs {
    #[arg(long)]
    all: bool,
    #[arg(long, value_name = "LOGIN")]
    of: Option<String>,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = args.n;
    match args.what {
        What::Sheet => sheet(context).await,
        What::Sample => sample(context, args).await,
        What::Show => show(context, number(args)?).await,
        What::Write => write(context, number(args)?, args).await,
        What::Answer => answer(context, number(args)?, args).await,
    }
}

fn number(args: &Args) -> Result<i64, Failure> {
    args.n.ok_or_else(|| Failure::here(Exit::Usage, "review_number", []))
}

async fn sheet(context: &mut CliContext) -> Result<(), Failure> {
    let sheet = context.client()?.review_sheet().await?;
    if context.json {
        return context.print_json(&sheet);
    }
    let line = |point: &PointView| {
        format!("{}  0–{}  {}", one_word(&point.name), point.best, one_line(&point.question, 200))
    };
    let all = sheet.points.iter().map(line).collect::<Vec<_>>().join("\n");
    context.print(&all)
}

async fn sample(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let of = Sampled {
        counselor: args.counselor.as_deref(),
        desk: args.desk.as_deref(),
        days: args.days,
        n: args.count,
        seed: args.seed,
    };
    let sample = context.client()?.review_sample(&of).await?;
    if context.json {
        return context.print_json(&sample);
    }
    if sample.consultations.is_empty() {
        let none = context.say.t("review-none");
        return context.print(&none);
    }
    let desks = context.desks().await;
    let row = |one: &SampledView| {
        vec![
            one.conversation_id.to_string(),
            format!("{} ({})", one_word(&one.counselor_name), one_word(&one.counselor)),
            one.category.as_deref().map(|name| one_line(name, 40)).unwrap_or_default(),
            context.times().clock(one.closed_at),
            desk_name(desks.as_ref(), &one.desk),
        ]
    };
    let rows: Vec<_> = sample.consultations.iter().map(row).collect();
    let heads = ["head-number", "head-counselor", "head-category", "head-closed", "head-desk"];
    print_table(context, &heads, rows)?;
    let values = [("n", sample.n_candidates.into()), ("seed", sample.seed.to_string().into())];
    let remark = context.say.with("review-sampled", values);
    context.remark(&remark);
    Ok(())
}

async fn show(context: &mut CliContext, n: i64) -> Result<(), Failure> {
    let client = context.client()?;
    let detail = client.conversation_for_review(n).await?;
    conversation::show(context, &detail)?;
    if !context.json {
        let sheet = client.review_sheet().await?;
        let marks = sheet.points.iter().map(|point| format!("{}=", one_word(&point.name)));
        let values = [("n", n.to_string().into()), ("marks", marks.collect::<Vec<_>>().join(",").into())];
        let remark = context.say.with("review-how", values);
        context.remark(&remark);
    }
    Ok(())
}

async fn write(context: &mut CliContext, n: i64, args: &Args) -> Result<(), Failure> {
    let client = context.client()?;
    let sheet = client.review_sheet().await?;
    let marks = marks(&sheet, &args.marks)?;
    let comment = args.comment.clone().unwrap_or_default();
    let request = ReviewRequest { counselor: args.counselor.clone(), marks, comment };
    let written = client.write_review(n, &request).await?;
    if context.json {
        return context.print_json(&written);
    }
    let values = [("n", n.to_string().into()), ("r", written.id.to_string().into())];
    let sentence = context.say.with("review-written", values);
    context.print(&sentence)
}

/// `친절=4`: each point once, within its marks. The server checks the same; here the sheet can be named.
fn marks(sheet: &SheetView, given: &[String]) -> Result<Vec<ReviewMarkRequest>, Failure> {
    let names = sheet.points.iter().map(|point| format!("{}=0–{}", one_word(&point.name), point.best));
    let bad = |what: &str| {
        let values =
            [("what", one_word(what).into()), ("sheet", names.clone().collect::<Vec<_>>().join(", ").into())];
        Failure::here(Exit::Usage, "bad_marks", values)
    };
    let mut marks: Vec<ReviewMarkRequest> = Vec::new();
    for word in given {
        let (name, mark) = word.split_once('=').ok_or_else(|| bad(word))?;
        let name = name.trim();
        let is_meant = |point: &&PointView| {
            point.name == name || point.key == name || point.names.iter().any(|known| known == name)
        };
        let point = sheet.points.iter().find(is_meant).ok_or_else(|| bad(word))?;
        let mark: i64 = mark.trim().parse().map_err(|_| bad(word))?;
        let is_twice = marks.iter().any(|known| known.point == point.key);
        if is_twice || !(0..=point.best).contains(&mark) {
            return Err(bad(word));
        }
        marks.push(ReviewMarkRequest { point: point.key.clone(), mark });
    }
    let missing = sheet.points.iter().find(|point| !marks.iter().any(|mark| mark.point == point.key));
    missing.map_or(Ok(marks), |point| Err(bad(&point.name)))
}

async fn answer(context: &mut CliContext, id: i64, args: &Args) -> Result<(), Failure> {
    let text = args.text.as_deref().unwrap_or_default().trim();
    if text.is_empty() {
        return Err(Failure::here(Exit::Usage, "review_text", []));
    }
    context.client()?.answer_review(id, text).await.map_err(|error| match error.code() {
        Some(ProblemCode::NotFound) => {
            Failure::here(Exit::Nothing, "no_such_review", [("r", id.to_string().into())])
        }
        _ => error.into(),
    })?;
    let sentence = context.say.with("review-answered", [("r", id.to_string().into())]);
    context.print_done("review_answered", &sentence)
}

pub async fn list(context: &mut CliContext, args: &ListArgs) -> Result<(), Failure> {
    let list = context.client()?.reviews(args.all || args.of.is_some(), args.of.as_deref()).await?;
    if context.json {
        return context.print_json(&list);
    }
    if list.reviews.is_empty() {
        let none = context.say.t("reviews-none");
        return context.print(&none);
    }
    let all = list.reviews.iter().map(|one| block(context, one)).collect::<Vec<_>>().join("\n\n");
    context.print(&all)
}

/// Head line, marks, and what was written.
fn block(context: &CliContext, of: &ReviewView) -> String {
    let say = &context.say;
    let values = [
        ("r", of.id.to_string().into()),
        ("n", of.conversation_id.to_string().into()),
        ("at", context.times().clock(of.reviewed_at).into()),
        ("who", one_word(&of.counselor_name).into()),
        ("by", one_word(&of.reviewer).into()),
    ];
    let mut parts = vec![context.paint.strong(&say.with("review-head", values))];
    let marks = of.marks.iter().map(|mark| format!("{} {}/{}", one_word(&mark.name), mark.mark, mark.of));
    parts.push(format!("  {}", marks.collect::<Vec<_>>().join(" · ")));
    if !of.comment.is_empty() {
        parts.push(format!("  │ {}", one_line(&of.comment, MOST_SHOWN)));
    }
    match (&of.answer, of.answered_at, of.read_at) {
        (Some(answer), Some(at), _) if !answer.is_empty() => {
            let at = context.times().clock(at);
            let said =
                say.with("review-said", [("at", at.into()), ("text", one_line(answer, MOST_SHOWN).into())]);
            parts.push(format!("  {said}"));
        }
        (None, _, None) => parts.push(format!("  {}", say.t("review-unread"))),
        _ => {}
    }
    parts.join("\n")
}

fn print_table(context: &mut CliContext, heads: &[&str], rows: Vec<Vec<String>>) -> Result<(), Failure> {
    let text = if context.io.stdout_is_terminal {
        table(heads.iter().map(|id| context.say.t(id)).collect(), rows, context.io.columns)
    } else {
        lines(&rows)
    };
    context.print(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_by_name_or_key_and_refused_with_the_sheet() {
        let point = |key: &str, name: &str| PointView {
            key: key.into(),
            name: name.into(),
            names: vec![name.into(), format!("{key} in English")],
            question: "?".into(),
            best: 5,
        };
        let sheet = SheetView {
            version: "1".into(),
            points: vec![point("courtesy", "친절"), point("speed", "속도")],
        };
        let read = |words: &[&str]| marks(&sheet, &words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        let good = read(&["친절=4", " speed = 5"]).expect("marks");
        assert_eq!(good[0], ReviewMarkRequest { point: "courtesy".into(), mark: 4 });
        assert_eq!(good[1], ReviewMarkRequest { point: "speed".into(), mark: 5 });
        let other = read(&["courtesy in English=4", "속도=5"]).expect("names of both languages");
        assert_eq!(other, good);
        for bad in [
            &["친절=4"][..],
            &["친절=6", "속도=1"],
            &["친절=4", "courtesy=4", "속도=1"],
            &["친절"],
            &["친절=다섯", "속도=1"],
            &["맛=1"],
        ] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
