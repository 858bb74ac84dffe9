//! The functions of a source file: how long each is and how many parameters it takes.

use super::text::without_comments_and_literals;

/// A function with a body.
pub struct Function {
    pub name: String,
    /// From its `fn` to its closing brace.
    pub lines: usize,
    /// Without `self`.
    pub parameters: usize,
}

/// Every function of the text that has a body, nested ones included.
pub fn functions(text: &str) -> Vec<Function> {
    let plain: Vec<char> = without_comments_and_literals(text).chars().collect();
    let starts = (0..plain.len()).filter(|at| is_fn(&plain, *at));
    starts.filter_map(|at| function(&plain, at)).collect()
}

fn is_fn(plain: &[char], at: usize) -> bool {
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    plain[at..].starts_with(&['f', 'n', ' ']) && (at == 0 || !is_word(plain.get(at - 1)))
}

fn function(plain: &[char], at: usize) -> Option<Function> {
    let name: String = plain[at + 3..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
    if name.is_empty() {
        // A type, such as `fn (u8)`.
        return None;
    }
    let after_name = at + 3 + name.chars().count();
    let open = match plain.get(after_name)? {
        '<' => end_of_generics(plain, after_name)?,
        _ => after_name,
    };
    let (close, parameters) = parameters(plain, open)?;
    let body = close + plain[close..].iter().position(|c| *c == '{' || *c == ';')?;
    if plain[body] == ';' {
        return None;
    }
    let end = closing_brace(plain, body)?;
    let lines = plain[at..end].iter().filter(|c| **c == '\n').count() + 1;
    Some(Function { name, lines, parameters })
}

/// The place behind the `>` that closes the `<` at `open`; the arrow `->` closes nothing.
fn end_of_generics(plain: &[char], open: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for at in open..plain.len() {
        match plain[at] {
            '<' => depth += 1,
            '>' if plain[at - 1] != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The place of the `)` that closes the `(` at `open`, and how many parameters stand between, without `self`.
fn parameters(plain: &[char], open: usize) -> Option<(usize, usize)> {
    let (mut depth, mut all, mut current) = (0_i32, Vec::new(), String::new());
    for at in open..plain.len() {
        match plain[at] {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if plain[at - 1] != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            all.push(current);
            let is_parameter = |text: &&String| !text.is_empty() && !is_self(text);
            let all: Vec<String> = all.iter().map(|text| text.trim().to_owned()).collect();
            return Some((at, all.iter().filter(is_parameter).count()));
        }
        match plain[at] {
            ',' if depth == 1 => all.push(std::mem::take(&mut current)),
            _ if at > open => current.push(plain[at]),
            _ => {}
        }
    }
    None
}

/// `self`, `&self`, `&mut self`, `mut self`, `self: Arc<Self>`
fn is_self(parameter: &str) -> bool {
    let name = parameter.split(':').next().unwrap_or_default();
    name.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "self")
}

fn closing_brace(plain: &[char], open: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in plain.iter().enumerate().skip(open) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}
