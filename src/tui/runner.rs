//! Runs the desk on a terminal: events in, effects out, a picture after each.

use std::collections::VecDeque;
use std::io::{ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use crossterm::event::KeyCode;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::app::{App, Came, Effect, Event};
use super::effects::{Hands, keep_drafts};
use super::lines::{self, Typed};
use super::plain::{self, Told};
use super::terminal::{Inputs, Notifier, Pace, Taken, call};
use super::view::{Theme, draw};
use super::{Desk, words};
use crate::api::wire::MeView;
use crate::client::{ClientError, Events};
use crate::ops::clock::Clock;
use crate::ops::terminal;

/// Times move on, and what is stale is fetched.
const TICK: Duration = Duration::from_millis(250);
/// Keys of one hand do not follow each other within this time.
const AT_ONCE: Duration = Duration::from_millis(20);
/// The rest of a paste, which a slow line hands over in pieces, comes within this time.
const REST: Duration = Duration::from_millis(400);
/// Two keys of one hand lie at least so far apart.
const BY_HAND: Duration = Duration::from_millis(60);
/// An escape that begins a mark is followed by the rest of it within this time.
const BEHIND_ESCAPE: Duration = Duration::from_millis(60);
/// Keys taken together.
const MOST_AT_ONCE: usize = 4_096;

/// Runs until the person leaves. What was written is kept then, and also if the terminal goes away.
pub async fn run(desk: Desk, me: MeView) -> anyhow::Result<()> {
    let (mut app, hands, mut sources) = begin(&desk, me)?;
    let ended = on_screen(&desk, &mut app, (&hands, &mut sources)).await;
    end(&mut app, &hands, ended).await
}

async fn on_screen(
    desk: &Desk,
    app: &mut App,
    (hands, sources): (&Hands, &mut Sources),
) -> anyhow::Result<()> {
    let mut taken = Taken::take()?;
    sources.keys = Some(pressed()?);
    let size = taken.0.size()?;
    app.size = (size.width, size.height);
    let mut effects = app.begin();
    let (mut drawn_in, mut is_same) = (0, false);
    loop {
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(()),
                Effect::Call { bell, title, body } => {
                    call(desk.notifier, bell, &title, &body)?;
                }
                effect => hands.begin(effect),
            }
        }
        if !is_same {
            taken.0.draw(|frame| draw(app, desk.theme, frame))?;
        }
        let Input::Event(event) = sources.next().await else {
            effects = Vec::new();
            continue;
        };
        // Times on the screen count seconds: most ticks change nothing, and a slow line is spared an empty picture.
        let second = if let Event::Tick(now_ms) = event { Some(now_ms / 1_000) } else { None };
        effects = app.update(event);
        is_same = second == Some(drawn_in) && effects.is_empty();
        drawn_in = second.unwrap_or(drawn_in);
    }
}

/// The end. If the terminal is gone, what was written is kept all the same. The server gets to know what became of drafts.
async fn end<T>(app: &mut App, hands: &Hands, ended: anyhow::Result<T>) -> anyhow::Result<T> {
    if ended.is_err() {
        let kept = app.update(LEAVE).into_iter();
        kept.filter(|effect| matches!(effect, Effect::KeepDraft(..))).for_each(|effect| hands.begin(effect));
    }
    hands.finish().await;
    ended
}

/// Runs line by line until the person leaves, or the input has ended and what it asked for is done.
///
/// After a step towards sending that was refused, the lines that came behind it were meant for something else: they are thrown away on a
/// terminal; without one, the desk ends there. Returns whether everything that was typed was carried out.
pub async fn run_plain(desk: Desk, me: MeView) -> anyhow::Result<bool> {
    let (mut app, hands, mut sources) = begin(&desk, me)?;
    let ended = in_lines(&mut app, &hands, &mut sources).await;
    match end(&mut app, &hands, ended).await {
        // Whoever has closed our output wants nothing more said.
        Err(error) if is_unread(&error) => Ok(true),
        ended => ended,
    }
}

fn is_unread(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

async fn in_lines(app: &mut App, hands: &Hands, sources: &mut Sources) -> anyhow::Result<bool> {
    let (line_in, lines) = unbounded_channel();
    sources.lines = Some(lines);
    let _marked = lines::Marked::ask();
    std::thread::spawn(move || {
        let stdin = std::io::stdin();
        let is_terminal = stdin.is_terminal();
        // The thread ends with the input or the program.
        lines::read(
            stdin.lock(),
            || is_terminal && terminal::more_at_once(),
            |typed| line_in.send(typed).is_ok(),
        );
    });
    let mut told = Told::default();
    let (mut ahead, mut is_over) = (VecDeque::new(), false);
    let (mut is_step, mut is_whole) = (false, true);
    let is_terminal = std::io::stdin().is_terminal();
    let mut effects = app.begin();
    loop {
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(is_whole),
                Effect::Call { bell, title, body } => {
                    call(Notifier::BellOnly, bell, &title, &body)?;
                }
                effect => hands.begin(effect),
            }
        }
        let mut out = std::io::stdout().lock();
        told.lines(app).into_iter().try_for_each(|line| writeln!(out, "{line}"))?;
        out.flush()?;
        drop(out);
        if let Some(is_through) = plain::came_through(app).filter(|_| std::mem::take(&mut is_step)) {
            if !is_through && !is_terminal {
                (is_over, is_whole) = (true, false);
            }
            if !is_through && !ahead.is_empty() {
                ahead.clear();
                app.behind_a_refusal();
                effects = Vec::new();
                continue;
            }
        }
        // What a line means depends on what the ones before it bring, and what they bring is said first.
        let has_list = app.queue.was_loaded || app.queue.is_refused;
        let is_waiting = app.is_waiting() || app.is_loading_draft || app.is_loading_book || !has_list;
        let typed = if is_waiting { None } else { ahead.pop_front() };
        effects = match typed {
            Some(typed) => {
                is_step |= plain::is_step(app, &typed);
                told.heard(&typed);
                take(app, &typed)
            }
            None if is_over && ahead.is_empty() && !app.is_waiting() => app.update(LEAVE),
            None => match sources.next().await {
                Input::Event(event) => {
                    // Whoever sees it decides; lines that were written before did not know of it.
                    is_step |= matches!(event, Event::Came(Came::DraftMoved(..)));
                    app.update(event)
                }
                Input::Typed(typed) => {
                    if is_whole {
                        ahead.push_back(typed);
                    }
                    Vec::new()
                }
                Input::Over => {
                    is_over = true;
                    Vec::new()
                }
            },
        };
    }
}

/// Does what was typed.
fn take(app: &mut App, typed: &Typed) -> Vec<Effect> {
    let events = plain::typed(app, typed);
    if events.iter().any(|event| matches!(event, Event::Lines(_))) {
        terminal::forget_typed();
    }
    events.into_iter().flat_map(|event| app.update(event)).collect()
}

fn begin(desk: &Desk, me: MeView) -> anyhow::Result<(App, Hands, Sources)> {
    let mut app = App::new(words::say(desk.lang), desk.zone.clone(), me, desk.clock.now_ms());
    (app.is_practice, app.is_plain) = (desk.is_practice, desk.is_plain);
    let (back, came) = unbounded_channel();
    let (client, profile, runtime) = (desk.client.clone(), desk.profile.clone(), desk.runtime.clone());
    let drafts = keep_drafts(client.clone(), profile.clone(), back.clone());
    let hands = Hands { client, profile, runtime, back, drafts };
    let ends = [SignalKind::hangup(), SignalKind::terminate()];
    let mut sources = Sources {
        keys: None,
        pressed: VecDeque::new(),
        found: Inputs::default(),
        pressed_at: None,
        rushed_at: None,
        lines: None,
        live: Some(desk.client.events(None).patient()),
        came,
        tick: interval(TICK),
        clock: desk.clock.clone(),
        ends: ends.into_iter().map(signal).collect::<Result<_, _>>()?,
        interrupt: signal(SignalKind::interrupt())?,
    };
    sources.tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Ok((app, hands, sources))
}

/// What came in: an event, what was typed, whose meaning depends on the state, or the end of that.
enum Input {
    Event(Event),
    Typed(Typed),
    Over,
}

/// Where events come from.
struct Sources {
    lines: Option<UnboundedReceiver<Typed>>,
    keys: Option<UnboundedReceiver<std::io::Result<Pressed>>>,
    /// What came in together and was not taken yet.
    pressed: VecDeque<Event>,
    found: Inputs,
    /// When a key came last.
    pressed_at: Option<Instant>,
    /// When keys came at once last.
    rushed_at: Option<Instant>,
    live: Option<Events>,
    came: UnboundedReceiver<Event>,
    tick: Interval,
    clock: Clock,
    /// Signals that end the program in an orderly way.
    ends: Vec<Signal>,
    /// Ctrl+C where the terminal makes a signal of it: line by line.
    interrupt: Signal,
}

/// An orderly end, of which nobody is asked.
const LEAVE: Event = Event::Leave;
/// The key that always leaves.
const CTRL_C: Event = Event::Key(super::keys::Key::Ctrl('c'));

impl Sources {
    async fn next(&mut self) -> Input {
        let Sources {
            keys,
            pressed,
            found,
            pressed_at,
            rushed_at,
            lines,
            live,
            came,
            tick,
            clock,
            ends,
            interrupt,
        } = self;
        loop {
            if let Some(event) = pressed.pop_front() {
                return Input::Event(event);
            }
            let ended = futures_util::future::select_all(ends.iter_mut().map(|end| Box::pin(end.recv())));
            tokio::select! {
                _ = ended => return Input::Event(LEAVE),
                _ = interrupt.recv() => return Input::Event(CTRL_C),
                typed = next_of(lines) => {
                    let Some(typed) = typed else {
                        *lines = None;
                        return Input::Over;
                    };
                    return Input::Typed(typed);
                },
                input = next_of(keys) => match input {
                    // The terminal is gone.
                    None | Some(Err(_)) => return Input::Event(LEAVE),
                    Some(Ok(Pressed { inputs, at: now })) => {
                        let is_within =
                            |at: Option<Instant>, span| at.is_some_and(|at| now.saturating_duration_since(at) < span);
                        let came = match () {
                            () if is_within(*rushed_at, REST) => Pace::AsRest,
                            () if is_within(*pressed_at, BY_HAND) => Pace::Soon,
                            () => Pace::ByItself,
                        };
                        // A key that is soon by itself is not the beginning of a paste.
                        let may_begin = came != Pace::Soon || inputs.len() > 1;
                        let all = found.events(inputs, came);
                        let is_rushed = may_begin && all.iter().any(|event| matches!(event, Event::Rushed(_)));
                        *pressed_at = Some(now);
                        if found.is_pasting() || is_rushed {
                            *rushed_at = *pressed_at;
                        }
                        pressed.extend(all);
                    }
                },
                Some(event) = came.recv() => return Input::Event(event),
                feed = next_feed(live) => match feed {
                    Ok(feed) => return Input::Event(Event::Live(feed)),
                    Err(error) => {
                        *live = None;
                        return Input::Event(Event::LiveEnded(error));
                    }
                },
                _ = tick.tick() => {
                    let is_over = match keys {
                        Some(keys) => keys.is_empty() && is_gone(&std::io::stdin()),
                        None => is_gone(&std::io::stdout()),
                    };
                    if is_over {
                        return Input::Event(LEAVE);
                    }
                    return Input::Event(Event::Tick(clock.now_ms()));
                },
            }
        }
    }
}

/// What the terminal sends, read by a thread of its own: a terminal that goes at the wrong moment makes the library read its end
/// for ever (crossterm 0.29), and nothing else may wait for that. The thread ends with the program. What comes at once is one item.
fn pressed() -> std::io::Result<UnboundedReceiver<std::io::Result<Pressed>>> {
    let (send, keys) = unbounded_channel();
    std::thread::Builder::new().name("keys".to_owned()).spawn(move || {
        loop {
            let inputs = read_at_once();
            let is_over = inputs.is_err();
            if send.send(inputs).is_err() || is_over {
                break;
            }
        }
    })?;
    Ok(keys)
}

/// What came at once, and when the last of it came. What is drawn meanwhile, and for how long, does not count.
struct Pressed {
    inputs: Vec<crossterm::event::Event>,
    at: Instant,
}

fn read_at_once() -> std::io::Result<Pressed> {
    let mut inputs = vec![crossterm::event::read()?];
    let mut at = Instant::now();
    while inputs.len() < MOST_AT_ONCE && crossterm::event::poll(patience(&inputs))? {
        inputs.push(crossterm::event::read()?);
        at = Instant::now();
    }
    Ok(Pressed { inputs, at })
}

/// How long what belongs to these is waited for.
fn patience(inputs: &[crossterm::event::Event]) -> Duration {
    let is_escape =
        inputs.last().and_then(|last| last.as_key_event()).is_some_and(|key| key.code == KeyCode::Esc);
    if is_escape { BEHIND_ESCAPE } else { AT_ONCE }
}

/// Whether the other end is gone: nobody can type, or read, any more.
fn is_gone(end: &impl AsFd) -> bool {
    let mut asked = [PollFd::new(end, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut asked, Some(&at_once)).is_ok()
        && asked[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// The next of what comes; never without a source.
async fn next_of<T>(source: &mut Option<UnboundedReceiver<T>>) -> Option<T> {
    match source {
        Some(source) => source.recv().await,
        None => std::future::pending().await,
    }
}

async fn next_feed(live: &mut Option<Events>) -> Result<crate::client::Feed, ClientError> {
    match live {
        Some(live) => live.next().await,
        None => std::future::pending().await,
    }
}

/// What the desk is drawn with and how it calls, from the environment.
pub fn looks(var: impl Fn(&str) -> Option<String>, colour: bool, contrast: bool) -> (Theme, Notifier) {
    let theme = match (colour, contrast) {
        (_, true) => Theme::Contrast,
        (true, _) => Theme::Colour,
        (false, _) => Theme::Plain,
    };
    (theme, Notifier::detect(var))
}
