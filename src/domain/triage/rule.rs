//! Rules and groups of words as configured, and the reading of their combinations.

use super::super::notice::Language;
use super::normal::normal;
use super::search::{Begin, Builder, Owner};
use super::tier::{Kind, Tier};

/// A rule as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    pub tier: Tier,
    pub kind: Kind,
    pub language: Language,
    pub words: Vec<String>,
    /// Dictionary forms (`때리다`), found in all their forms.
    pub forms: Vec<String>,
    /// Combinations: all parts of one, in any order, near each other in one sentence.
    pub together: Vec<String>,
    /// Whole texts: nothing else may stand in them. Pictures of an entry must all stand in the text, anywhere.
    pub alone: Vec<String>,
    /// Pictures (`🆘`), anywhere in the text.
    pub signs: Vec<String>,
    /// Initials of words (`ㅅㄹㅈㅅㅇ` for 살려주세요), as a run of single letters.
    pub initials: Vec<String>,
    pub exceptions: Vec<String>,
    /// Whether a guard lowers its hits by one tier.
    pub is_guarded: bool,
    /// The rule's own tests: texts it must hit, and texts it must not hit.
    pub hits: Vec<String>,
    pub misses: Vec<String>,
}

impl Rule {
    /// A rule without words.
    pub fn new(id: &str, tier: Tier, kind: Kind, language: Language) -> Rule {
        Rule {
            id: id.to_owned(),
            tier,
            kind,
            language,
            words: Vec::new(),
            forms: Vec::new(),
            together: Vec::new(),
            alone: Vec::new(),
            signs: Vec::new(),
            initials: Vec::new(),
            exceptions: Vec::new(),
            is_guarded: true,
            hits: Vec::new(),
            misses: Vec::new(),
        }
    }
}

/// Words that mean much the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    pub id: String,
    pub words: Vec<String>,
    pub forms: Vec<String>,
}

/// Signs that danger is only talked about (a game, a film, the law): they lower hits in the same sentence by one tier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guard {
    pub id: String,
    pub words: Vec<String>,
    pub together: Vec<String>,
    /// Single letters that stand for laughing and the like (`ㅋ`): anywhere in the text.
    pub letters: Vec<char>,
}

/// All lists of triage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lists {
    pub groups: Vec<Group>,
    pub rules: Vec<Rule>,
    pub guards: Vec<Guard>,
}

/// What is wrong in the lists: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRule {
    pub at: ListPlace,
    /// The word or text of the entry that is to blame, as it was written; `None`: the entry as a whole.
    pub word: Option<String>,
    pub why: String,
}

/// An entry of the lists, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListPlace {
    Rule(usize),
    Group(usize),
    Guard(usize),
}

/// A combination: groups that must all stand near each other, and groups that must not stand in the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Combination {
    pub list: usize,
    /// One list for each part: the groups to choose from.
    pub parts: Vec<Vec<usize>>,
    pub without: Vec<usize>,
}

/// Collects the patterns of all lists. Words of combinations become groups without a name, behind the named ones.
pub(super) struct Compiler<'a> {
    pub builder: Builder,
    pub combinations: Vec<Combination>,
    pub n_groups: usize,
    names: Vec<&'a str>,
}

impl<'a> Compiler<'a> {
    /// Refuses the lists with everything that is wrong in them.
    pub fn new(lists: &'a Lists) -> Result<Compiler<'a>, Vec<BadRule>> {
        let names: Vec<&str> = lists.groups.iter().map(|group| group.id.as_str()).collect();
        let n_groups = names.len();
        let mut compiler =
            Compiler { builder: Builder::default(), combinations: Vec::new(), n_groups, names };
        let mut all = Vec::new();
        let mut note = |at: ListPlace, bad: Vec<BadWord>| {
            all.extend(bad.into_iter().map(|(word, why)| BadRule { at, word, why }));
        };
        for (index, group) in lists.groups.iter().enumerate() {
            note(ListPlace::Group(index), compiler.group(index, group));
        }
        for (index, rule) in lists.rules.iter().enumerate() {
            note(ListPlace::Rule(index), compiler.rule(index, rule));
        }
        for (index, guard) in lists.guards.iter().enumerate() {
            note(ListPlace::Guard(index), compiler.guard(lists.rules.len() + index, guard));
        }
        if all.is_empty() { Ok(compiler) } else { Err(all) }
    }

    fn group(&mut self, index: usize, group: &Group) -> Vec<BadWord> {
        let mut bad = refused(&group.words, |word| self.builder.member(index, word));
        bad.extend(refused(&group.forms, |word| self.builder.form(Owner::Group(index), word)));
        bad
    }

    fn rule(&mut self, index: usize, rule: &Rule) -> Vec<BadWord> {
        if [&rule.words, &rule.forms, &rule.together, &rule.alone, &rule.signs, &rule.initials]
            .iter()
            .all(|list| list.is_empty())
        {
            return vec![(None, "has no words".to_owned())];
        }
        let mut bad = refused(&rule.signs, |sign| match is_one_picture(sign) {
            true => Ok(()),
            false => Err(format!("\"{sign}\" in signs is not one picture")),
        });
        bad.extend(refused(&rule.words, |word| self.builder.word(index, word, Begin::Word)));
        bad.extend(refused(&rule.forms, |word| self.builder.form(Owner::List(index), word)));
        let except = |word: &str| self.builder.pattern(Owner::Exception(index), word, Begin::Anywhere);
        bad.extend(refused(&rule.exceptions, except));
        bad.extend(refused(&rule.together, |all| self.combination(index, all)));
        bad
    }

    fn guard(&mut self, list: usize, guard: &Guard) -> Vec<BadWord> {
        let mut bad = refused(&guard.words, |word| self.builder.word(list, word, Begin::Word));
        bad.extend(refused(&guard.together, |all| self.combination(list, all)));
        bad
    }

    /// `@family 칼|망치 들다 !@play`: parts separated by spaces, each a group or words to choose from; `!`: not in the sentence.
    fn combination(&mut self, list: usize, all: &str) -> Result<(), String> {
        let mut found = Combination { list, parts: Vec::new(), without: Vec::new() };
        for part in all.split_whitespace() {
            match part.strip_prefix('!') {
                Some(part) => found.without.extend(self.part(part)?),
                None => found.parts.push(self.part(part)?),
            }
        }
        if found.parts.is_empty() {
            return Err(format!("\"{all}\" names nothing to look for"));
        }
        self.combinations.push(found);
        Ok(())
    }

    /// The groups of a part: named ones, and one for its words.
    fn part(&mut self, part: &str) -> Result<Vec<usize>, String> {
        let mut groups = Vec::new();
        let mut own = None;
        for word in part.split('|') {
            if let Some(name) = word.strip_prefix('@') {
                let known = self.names.iter().position(|known| *known == name);
                groups.push(known.ok_or_else(|| format!("there is no group @{name}"))?);
                continue;
            }
            let index = *own.get_or_insert_with(|| {
                self.n_groups += 1;
                self.n_groups - 1
            });
            let word = word.replace('+', " ");
            match word.ends_with('다') && word.chars().count() > 1 {
                true => self.builder.form(Owner::Group(index), &word)?,
                false => self.builder.member(index, &word)?,
            }
        }
        groups.extend(own);
        Ok(groups)
    }
}

/// A word that cannot be used, and why.
type BadWord = (Option<String>, String);

/// The words that `take` refuses.
fn refused(words: &[String], mut take: impl FnMut(&str) -> Result<(), String>) -> Vec<BadWord> {
    words.iter().filter_map(|word| Some((Some(word.clone()), take(word).err()?))).collect()
}

fn is_one_picture(sign: &str) -> bool {
    let form = normal(sign);
    form.chars.is_empty() && form.pictures.len() == 1
}
