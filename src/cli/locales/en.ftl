# English. `ko.ftl` says the same things; a test compares them.


heading-usage = Usage:
heading-commands = Commands
heading-arguments = Arguments
heading-options = Options
value-command = COMMAND

cmd-munja = Munja: answer citizens by text message.
    .examples =
        Begin with:
          munja login --user minsu
          munja next                       take who waits longest
          munja reply 12 "In five minutes."
          munja close 12

        Exit codes:
          0  done                          5  nobody waits, or no such thing
          1  something unexpected          6  refused: held by another, closed, too late
          2  wrong usage                   7  look at the conversation first
          3  not logged in, or expired     8  the text can't be sent
          4  the server can't be reached   9  the server is in trouble

        Environment:
          MUNJA_SERVER, MUNJA_PROFILE      as --server and --profile
          MUNJA_TOKEN                      a token, instead of a log-in (for scripts)
          NO_COLOR                         no colours
cmd-login = Log in and keep the log-in.
    .examples =
        Examples:
          munja login --user minsu
          munja login --server https://munja.example.kr --user minsu
          munja login --user minsu --password-stdin < password.txt
cmd-logout = Log out and forget the log-in.
    .examples =
        Examples:
          munja logout
          munja logout --profile night
cmd-whoami = Show who is logged in.
    .examples =
        Examples:
          munja whoami
cmd-list = List who waits, and how long.
    .examples =
        Examples:
          munja list                       who waits
          munja list --mine                what I hold
          munja list --all                 everything that is not closed
          munja list --state closed --limit 10
cmd-next = Take the conversation that waits longest.
    .examples =
        Examples:
          munja next
          munja next || echo "nobody waits"    (exit code 5)
cmd-show = Show a conversation with its texts.
    .examples =
        Examples:
          munja show 12
          munja show 12 --json
cmd-claim = Take one conversation, and show it.
    .examples =
        Examples:
          munja claim 12
cmd-reply = Answer the citizen of a conversation you hold.
    .examples =
        Without a text an editor opens ($VISUAL, $EDITOR).
        An answer that could not be sent is kept as a draft, which the editor opens again.

        Examples:
          munja reply 12 "Bus 62 comes in five minutes."
          munja reply 12
          munja reply 12 - < answer.txt
          munja reply 12 --promise 30m "We ask the depot."
          munja reply 12 --photo map.jpg "The stop is here."
          munja reply 12 --force "Yes."    send although a newer text came in
          munja reply 12 --replace "OK 👍"  send with words in place of emoji
cmd-photo = Look at a photo.
    .examples =
        A terminal that can draw (kitty, Ghostty, Konsole, iTerm2, WezTerm) shows it at once; elsewhere it is
        saved, and where is told. Photos have their numbers in `munja show`.

        Examples:
          munja photo 7
          munja photo 7 --open             open it with the desktop's viewer
          munja photo 7 --save ~/Pictures/ save it into a folder, or as a new file
          munja photo 7 --json | jq -r .path
cmd-release = Give a conversation back to the queue.
    .examples =
        Examples:
          munja release 12
cmd-close = Close a conversation.
    .examples =
        Examples:
          munja close 12
          munja close 12 --reason "passed on to the transport office"
cmd-recall = Take back an answer that has not left yet.
    .examples =
        `munja reply` and `munja show` tell the number of a text.

        Examples:
          munja recall 56
cmd-urgent = Ring for everybody: danger in this conversation.
    .examples =
        Examples:
          munja urgent 12
cmd-ack = Say that you look after an urgent text; the bell stops.
    .examples =
        Examples:
          munja ack 12
cmd-false-alarm = End the alarm of a conversation that is not in danger, with a reason.
    .examples =
        The alarm ends under your name; the reason is kept beside the conversation.

        Examples:
          munja false-alarm 12 --reason "quoted a song"
cmd-note = Leave a note beside a conversation, for colleagues.
    .examples =
        Examples:
          munja note 12 "Called the depot; they check."
cmd-draft = Leave an answer that is not finished; without a text it is thrown away.
    .examples =
        Examples:
          munja draft 12 "Bus 62 comes"
          munja draft 12                   throw it away
cmd-promise = Promise an answer in a while; you are reminded, and a delay is said to the citizen.
    .examples =
        Examples:
          munja promise 12 30m
          munja promise 12 2h "the depot calls back"
cmd-remind = Be reminded of a conversation, also of a closed one.
    .examples =
        Examples:
          munja remind 12 1d "did the passport arrive?"
cmd-transfer = Pass a conversation on to a desk or a person, with a note.
    .examples =
        Examples:
          munja transfer 12 --desk bukgu --note "asks for the health centre"
          munja transfer 12 --person jiyeong --note "knows her case"
cmd-return = Give back what was passed on to you, with a note.
    .examples =
        Examples:
          munja return 12 "belongs to city hall"
cmd-category = Say what a conversation is about.
    .examples =
        Examples:
          munja category 12 택시
          munja category 12 교통/택시
cmd-prefer = Note what the citizen asked for; without a text it is taken away.
    .examples =
        Examples:
          munja prefer 12 "easy words"
cmd-warn = Tell the citizen that abuse may end the talk.
    .examples =
        Examples:
          munja warn 12
cmd-take = Take a conversation over (supervisors).
    .examples =
        Examples:
          munja take 12 "minsu asked me to"
cmd-restrict = Answer a citizen no more for a while, unless in danger (supervisors).
    .examples =
        Examples:
          munja restrict 12 7d --reason "threats after a warning"
cmd-unrestrict = Answer a citizen again (supervisors).
    .examples =
        Examples:
          munja unrestrict 12
cmd-evidence = Print everything of a conversation with hashes, as JSON (supervisors).
    .examples =
        Examples:
          munja evidence 12 --reason "police report 2026-11" > evidence.json
cmd-desks = List the desks and whether they are open.
    .examples =
        Examples:
          munja desks
cmd-categories = List what consultations are about.
    .examples =
        Examples:
          munja categories
cmd-replies = List answers that are written once.
    .examples =
        Examples:
          munja replies
          munja reply 12 --canned hello
cmd-surveys = List how it was, in the citizens' words, credited to who answered.
    .examples =
        Examples:
          munja surveys                    mine, of 30 days
          munja surveys --all --since 7d   everybody's (supervisors)
cmd-doubt = List answers of which nobody knows whether they left.
    .examples =
        Examples:
          munja doubt
cmd-decide = Decide about an answer in doubt.
    .examples =
        give-up      leave it; it counts as failed
        send-again   send the same words again; the citizen may get them twice

        Examples:
          munja decide 56 give-up
          munja decide 56 send-again
cmd-watch = Watch what happens, one line an event.
    .examples =
        Examples:
          munja watch
          munja watch --json | jq .kind
          munja watch --after 1200         from event 1201 on
cmd-status = Show how the service is.
    .examples =
        Examples:
          munja status
          munja status --json
cmd-completions = Print completions for a shell.
    .examples =
        Shells: bash, elvish, fish, powershell, zsh

        Examples:
          munja completions bash > ~/.local/share/bash-completion/completions/munja
cmd-help = Describe the program or a command.
    .examples =
        Examples:
          munja help reply

arg-json = Print JSON; errors as problem details (JSON) on standard error
arg-lang = Language: ko or en (from LC_ALL, LC_MESSAGES, LANG if not given)
arg-color = Colours: auto (if not given), always or never
arg-profile = Which log-in to use, if you have several (default)
arg-server = The server: https://HOST, http://127.0.0.1:PORT or unix:/PATH
arg-help = Describe the command
arg-version = Show the version
arg-n = Number of the conversation
arg-m = Number of the text
arg-login-user = Your log-in name
arg-login-password_stdin = Read the password from standard input
arg-list-all = All that are not closed
arg-list-mine = Those you hold
arg-list-state = waiting, active, answered or closed
arg-list-limit = At most so many (50)
arg-reply-text = The answer; - reads standard input
arg-reply-photo = A photo to send along; may be given several times. It is made small enough, and what it says of where it was taken is removed
arg-reply-force = Send although a newer text came in
arg-reply-replace = Send with a word or sign in place of what the carrier can't carry
arg-reply-last_seen = The citizen's last text you saw (if not given, what `munja show` showed last)
arg-photo-photo = Number of the photo
arg-photo-save = Save it into this folder or as this new file; a file that is there is left alone
arg-photo-open = Open it with the desktop's viewer (xdg-open)
arg-close-reason = Why, for colleagues (at most 200 characters)
arg-close-force = Close although a newer text came in
arg-decide-decision = give-up or send-again
arg-decide-yes = Don't ask back
arg-text = The words
arg-span = How long from now: 30m, 2h, 1d
arg-note = For who gets it
arg-reason = Why; kept beside the conversation
arg-transfer-desk = Key of the desk (`munja desks`)
arg-transfer-person = Log-in name of the counselor
arg-surveys-since = How far back: 24h, 30d (30d)
arg-surveys-all = Everybody's (supervisors)
arg-categories-desk = Only those of this desk
arg-replies-desk = Fill in this desk
arg-reply-promise = Promise the rest by then (30m, 2h, 1d): you are reminded, a delay is said to the citizen
arg-reply-canned = A canned reply by its key (`munja replies`); sets its category too
arg-reply-category = What it is about (`munja categories`); so much of it as names one
arg-close-category = What it was about (`munja categories`); so much of it as names one
arg-show-unfold = Show texts with words of abuse too
arg-watch-after = Begin after this event number
arg-completions-shell = The shell
arg-help-command = A command

head-number = No.
head-citizen = Citizen
head-state = State
head-waits = Waits
head-last = Last text
conversation-title = Conversation { $n }
waits = waits { $span }
close-reason = Closed because: { $reason }
previous = An earlier conversation with this citizen: munja show { $n }
list-empty = None.
list-empty-mine = You hold none. `munja next` takes who waits longest.
list-empty-waiting = Nobody waits.
list-more = … and { $n } more; --limit shows more.
needs-decision = You decide: munja decide { $m } give-up, or send-again

photo-kept = photo { $id } · { $type } { $kilobytes } KB · munja photo { $id }
photo-saved = Saved: { $path }

logged-in = Logged in as { $name } at { $server }, until { $until }.
logged-out = Logged out.
logged-out-here-only = Logged out on this machine; the server could not be told.
ask-user = Log-in name:
ask-password = Password of { $login }:
released = Conversation { $n } is back in the queue.
closed = Conversation { $n } is closed.
recalled = Text { $m } is taken back; it will not be sent.
doubt-empty = No answer is in doubt.
ask-send-again = Send text { $m } again? If the first did arrive, the citizen gets it twice. [y/N]
given-up = Text { $m } is left as failed.
sent-again = Text { $m } is sent again.
replied = The answer is on its way.
replied-before = This answer had been taken before; it was not sent again.
not-applied-promise = The promise was not kept: the first try of this answer, which stands, had none. To promise now: munja promise { $n } 30m
not-applied-category = The category was not set: the first try of this answer, which stands, had none or another. To set it: munja category { $n } CATEGORY
replied-recall = To take it back before it leaves: munja recall { $m }
draft-kept = What you wrote is kept: { $path } (`munja reply { $n }` in a terminal opens it, or: munja reply { $n } - < FILE)

watch-begin = Watching. Ctrl-C ends.
watch-lost = The line to the server is broken ({ $why }). Coming back …
watch-back = Back. Nothing was missed.
event-needs_decision = text { $m } is in doubt: a decision is needed (munja decide { $m } …)

status-server = munjad { $version }, started { $ago }
status-carrier = Carrier { $name }{ $role }: asked for texts { $ago }
status-carrier-sends = Carrier { $name }{ $role }
status-role-preferred = {" "}(texts leave by it)
status-role-standby = {" "}(stands in for the other)
status-role-inbound = {" "}(texts come from it)
status-stopped = Sending has stopped: { $name } refuses our key or account. Tell the operator.
status-out-of-order = { $name } is out of order; it is tried again now and then. Tell the operator.
status-paused = { $name } is held back by the operator: nothing leaves by it.
status-error = Last trouble: { $why }
status-oldest = , the longest { $span }
status-conversations = Active: { $active } · Waiting: { $waiting }
status-sending = Waiting to leave: { $queued } · not confirmed yet: { $unreceipted }
status-in-doubt = In doubt: { $n } (munja doubt)
status-failed = Failed in 24 hours: { $n }
status-quarantined = Could not be read: { $n } (the operator sees to it)
status-late = Worker { $name } is late; its last progress was { $ago }. Tell the operator.

next-bad_request = If this comes again, tell the operator (request { $request }).
next-unauthorized = munja login
error-not_logged_in = You are not logged in.
next-not_logged_in = munja login
error-other_server = Your log-in is for { $other }, not for { $server }.
next-other_server = munja login --server { $server }, or keep a second one with --profile NAME
next-wrong_login = Try again; after several wrong tries the account is locked for a while.
next-locked_out = Try again in { $minutes } min.
next-not_found = munja list --all shows what there is.
next-nobody_waits = munja watch tells when somebody does.
next-claimed_by_other = Take another: munja next
next-not_claimed = munja claim { $n }
next-newer_texts = munja show { $n } shows them; then do it again. As it stands: --force
error-not_seen = You have not looked at conversation { $n } yet.
next-not_seen = munja show { $n }
next-closed = If the citizen writes again, it waits again by itself.
next-already_left = Write a correction if one is needed.
next-not_in_doubt = munja doubt shows what is.
next-key_reused = Look before you send anything: munja show { $n }
next-empty_text = munja reply { $n } "TEXT"
offer-how = To send it so: munja reply { $n } --replace "TEXT"
next-unencodable = Leave them out or write a word instead.
next-too_long = Shorten it, or send several answers.
next-body_too_large = Shorten it, or send several answers.
next-photo_not_here_yet = Try again in a moment: munja photo { $n }
next-photo_lost = munja show tells why.
next-photo_too_large = Make it smaller: at most 16 MiB and 50 million pixels.
next-not_a_photo = Choose a JPEG, PNG, GIF or WebP file.
next-photos_not_taken = Answer in words alone.
next-too_many_photos = Send some of them with another one.
next-no_such_photo = Hand it in again with --photo.
error-file_exists = This file is there already: { $path }
next-file_exists = Name another one, or a folder.
error-no_viewer = The desktop's viewer (xdg-open) can't be used.
next-no_viewer = The photo is here: { $path }
next-method_not_allowed = The server may be older than this program; tell the operator.
next-too_slow = Check the network and try again.
next-database_busy = Try again in a moment.
next-database_full = Tell the operator now (request { $request }).
next-database_broken = Tell the operator now (request { $request }).
next-internal = Try again; if it comes again, tell the operator (request { $request }).
next-unreachable = Check the network and --server, or ask the operator.
next-reply-unreachable = It is not known whether the server got the answer. Send the same words again later: the citizen gets them once.
next-bad_answer = Check --server.
error-unexpected = Something unexpected: { $why }
next-unexpected = If it comes again, tell the operator.
error-plain_http = { $server } would send your password readably across the network.
next-plain_http = Use https://; plain http is for 127.0.0.1 and localhost only.
error-bad_server = { $server } is not the address of a server.
next-bad_server = https://HOST, http://127.0.0.1:PORT or unix:/PATH
error-bad_profile = The name of a profile has 1 to 32 letters, digits, dots, - or _, and no dot at the start.
next-bad_profile = for example --profile night
error-no_home = There is no place for the log-in: neither HOME nor XDG_CONFIG_HOME and XDG_STATE_HOME is set.
next-no_home = Set HOME.
error-no_user = Whose log-in?
next-no_user = munja login --user NAME
error-no_password = There is no terminal to ask for the password.
next-no_password = munja login --user NAME --password-stdin
error-needs_yes = Sending again may text the citizen twice, and there is no terminal to ask.
next-needs_yes = If you are sure: --yes
error-not_done = Nothing was done.
next-not_done = munja doubt shows what is still open.
error-editor = The editor failed: { $editor }
next-editor = Set EDITOR, or give the text: munja reply { $n } "TEXT"
error-usage_command = There is no command “{ $what }”.
next-usage_command = munja --help
error-usage_command_like = There is no command “{ $what }”. Did you mean “{ $suggested }”?
next-usage_command_like = munja --help
error-usage_no_command = Which command?
next-usage_no_command = munja --help
error-usage_option = “{ $what }” is not understood here.
next-usage_option = munja { $command }--help
error-usage_value = “{ $value }” does not fit { $what }.
next-usage_value = munja { $command }--help
error-usage_missing = Missing: { $what }
next-usage_missing = munja { $command }--help
error-usage_conflict = { $what } and { $other } don't go together.
next-usage_conflict = munja { $command }--help
error-usage_other = The command is not understood: { $what }
next-usage_other = munja { $command }--help

did-urgent = Conversation { $n } rings for everybody.
did-acked = You look after conversation { $n }.
did-alarm_ended = The alarm of conversation { $n } has ended.
did-noted = Noted beside conversation { $n }.
did-drafted = The draft is kept beside conversation { $n }.
did-preferred = Kept for this citizen.
did-promised = Promised by { $at } (conversation { $n }).
did-reminding = You are reminded of conversation { $n } at { $at }.
did-transferred = Conversation { $n } is passed on (desk: { $desk }).
did-returned = Conversation { $n } is given back (desk: { $desk }).
did-categorised = Conversation { $n }: { $category }
did-warned = The citizen of conversation { $n } is warned.
did-taken = Conversation { $n } is yours.
did-restricted = Not answered until { $at }, unless in danger; conversation { $n } is closed.
did-unrestricted = The citizen of conversation { $n } is answered again.
evidence-hash = SHA-256 of the whole: { $hash }
head-desk = Desk
head-name = Name
head-key = Key
head-text = Text
head-category = Category
desk-open-until = open until { $at }
desk-open = open
desk-closed-until = closed until { $at }
desk-closed = closed
folded = Words of abuse: folded up. --unfold shows it.
folded-short = (folded up)
ringing = URGENT, and nobody looks after it yet: munja ack { $n }
urgent-acked = URGENT; { $name } looks after it.
promise-due = An answer is promised by { $at }.
offered = Passed on to { $who }.
preference = The citizen asked for: { $text }
opted-out = The citizen wants no automatic texts.
restricted-until = Not answered until { $at }, unless in danger.
desk-and-category = Desk: { $desk } · Category: { $category }
draft-begun = Draft: { $text }
head-time = Time
head-counselor = Counselor
head-score = Score
survey-mean = Mean: { $mean }
survey-answer = How it was: { $score } { $comment }
promise-short = promised { $at }
event-urgent = URGENT: danger. Look after it: munja ack

next-opted_out = Leave it; if they ask again, answer.
next-too_many_held = Answer or release one: munja list --mine
next-supervisors_only = The operator gives roles: munjad user duties LOGIN --role supervisor
next-nothing_to_ack = munja show { $n }
next-not_passed_on = munja transfer { $n } passes it on, munja release { $n } lets go of it.
next-not_warned = munja show { $n } tells what was said to them.
next-no_such_desk = munja desks
next-no_such_person = Ask the operator: munjad user list
next-no_such_category = munja categories
next-category_needed = munja close { $n } --category CATEGORY (all of them: munja categories)
error-no_canned = There is no canned reply { $key }.
next-no_canned = munja replies
next-danger_unanswered = Answer first: munja reply { $n }. If there is no danger: munja false-alarm { $n } --reason "TEXT"
next-too_many_dangers = Answer one first: munja list --mine
next-not_your_desk = munja desks lists the desks; their counselors can pass it on to yours.
next-no_danger = munja show { $n }
next-restricted = munja show { $n } shows until when. A supervisor can end it: munja unrestrict { $n }
