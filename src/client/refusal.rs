//! Why the server refused, as values for the sentences `error-<code>` of the catalogues.

use super::api::ClientError;
use super::format::{one_word, visible_character};
use super::say::{Say, Values};
use crate::api::wire::ProblemDetails;
use crate::domain::text::one_line;

/// The word under which the catalogues have a sentence.
pub fn code(error: &ClientError) -> &str {
    match error {
        ClientError::Problem(problem) => &problem.code,
        ClientError::Unreachable { .. } => "unreachable",
        ClientError::NoAnswer { .. } => "no_answer",
        ClientError::Insecure { fault, .. } => fault.code(),
        ClientError::BadAnswer { .. } => "bad_answer",
        ClientError::BadCa { .. } => "bad_ca",
    }
}

/// What the sentence may name.
pub fn values(error: &ClientError, say: &Say) -> Values {
    match error {
        ClientError::Problem(problem) => problem_values(problem, say),
        ClientError::BadCa { server } => vec![("server", one_line(server, 200).into())],
        ClientError::Unreachable { server, why }
        | ClientError::NoAnswer { server, why }
        | ClientError::Insecure { server, why, .. }
        | ClientError::BadAnswer { server, why } => {
            vec![("server", one_line(server, 200).into()), ("why", one_line(&say.cause(why), 200).into())]
        }
    }
}

/// The sentence for a person; `n` is what it is about. The server's own words for a code that is not known here.
pub fn sentence(say: &Say, error: &ClientError, n: i64) -> String {
    let mut values = values(error, say);
    values.push(("n", n.to_string().into()));
    say.find_with(&format!("error-{}", code(error)), values)
        .unwrap_or_else(|| one_line(&error.to_string(), 300))
}

fn problem_values(problem: &ProblemDetails, say: &Say) -> Values {
    let name = problem.claimed_by.as_ref().or(problem.offered_to.as_ref());
    let name = name.map_or_else(|| "?".to_owned(), |c| one_word(&c.name));
    let characters: Vec<String> = problem.characters.iter().map(|c| visible_character(c)).collect();
    let minutes = problem.retry_after_secs.map_or(15, |secs| (secs + 59) / 60);
    vec![
        ("name", name.into()),
        ("characters", characters.join(" ").into()),
        ("minutes", minutes.into()),
        ("texts", i64::try_from(problem.newer.len()).unwrap_or(i64::MAX).into()),
        ("detail", one_line(&say.cause(&problem.detail), 300).into()),
        ("request", one_word(&problem.request_id).into()),
    ]
}
