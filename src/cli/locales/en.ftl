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
          munja next                       take the next conversation
          munja reply 12 "In five minutes."
          munja close 12 --category 버스

        Exit codes:
          0  done                          5  nobody is waiting, or nothing found
          1  something unexpected          6  refused: a colleague holds it, closed, too late
          2  wrong usage, unreadable file  7  look at the conversation first
          3  not logged in, or expired     8  the text can't be sent
          4  no connection, or no answer   9  the server failed

        Environment:
          MUNJA_SERVER, MUNJA_PROFILE      as --server and --profile
          MUNJA_TOKEN                      a token, instead of a log-in (for scripts)
          NO_COLOR                         no colours
cmd-desk = Opens the terminal desk. munja alone opens it too, on a terminal.
    .examples =
        Examples:
          munja                            the terminal desk
          munja desk --contrast            with bright colours only
          munja desk --plain               line by line (screen readers)
        Press ? there to see its keys.
arg-desk-contrast = Only bright, bold colours on the terminal's background
arg-desk-plain = Line by line, for screen readers and poor links
arg-status-short = One line, for a status bar
cmd-login = Log in and keep the log-in.
    .examples =
        Examples:
          munja login --user minsu
          munja login --server https://munja.example.kr --user minsu
          munja login --user minsu --password-stdin < password.txt
          munja login --server https://munja.example.kr --ca city-ca.pem --user minsu
cmd-logout = Log out and forget the log-in.
    .examples =
        Examples:
          munja logout
          munja logout --profile night
cmd-whoami = Show who is logged in.
    .examples =
        Examples:
          munja whoami
cmd-passwd = Change your password. All your other log-ins end.
    .examples =
        Examples:
          munja passwd
          munja passwd --password-stdin < two-lines.txt    (the old password, the new one)
cmd-totp = Ask for a code of your phone at each log-in (enable), or no longer (disable).
    .examples =
        Examples:
          munja totp enable
          munja totp disable
cmd-sessions = Show where you are logged in, or end one of these log-ins.
    .examples =
        Examples:
          munja sessions
          munja sessions end 17
          munja sessions end --others
cmd-accounts = Show all accounts (administrators, auditors).
    .examples =
        Examples:
          munja accounts
          munja accounts --json
cmd-audit = Read the access log (auditors): who saw or changed which citizen's data.
    .examples =
        Examples:
          munja audit show --since 7d --login minsu
          munja audit show --action reveal --json
          munja audit who-saw --number - --reason "complaint 2026-17" < number.txt
cmd-account = Look after somebody else's account (administrators); auditors see its history.
    .examples =
        Examples:
          munja account minsu add --name 김민수 --desks main
          munja account minsu grant --role supervisor
          munja account minsu passwd
          munja account minsu disable          (enable, unlock, end-sessions, totp-reset)
          munja account minsu history
cmd-list = List the conversations and how long citizens have been waiting.
    .examples =
        Examples:
          munja list                       waiting conversations
          munja list --mine                conversations I hold
          munja list --all                 all that are not closed
          munja list --state closed --limit 10
          munja list --all --after NEXT    the next page (its command stands below the page before)

        In a pipe, one a line: conversation, masked number, state, waiting time, last text, short name.
        In front: !! danger that nobody looks after yet, ! danger, · look soon. A citizen has a short name in place of the number.
cmd-next = Take the next conversation that waits for a counselor.
    .examples =
        Examples:
          munja next
          munja next || echo "nobody is waiting"    (exit code 5)
cmd-show = Show a conversation with its texts.
    .examples =
        Examples:
          munja show 12
          munja show 12 --json
cmd-search = Search citizens' texts, answers and notes, newest first.
    .examples =
        All words must stand in what is found. A consonant by itself stands for a syllable: ㅂㅅ finds 버스. Words of three letters and more are found whatever the spaces. Identity numbers are masked, and not found. Who searched, when and whom it showed is recorded.

        Examples:
          munja search 막차
          munja search ㅂㅅ 막차 --since 30d
          munja search "버스 정류장" --kind answer --category 교통
          munja search 7F2K                what lists show as citizen 7F2K
          munja search --citizen 5678 --since 2026-03-01 --until 2026-03-31
          munja search 여권 --counselor minsu --desk main
          munja search --number - --reason "the citizen asks what we wrote" < number.txt
cmd-similar = Show the three answered questions that are most like this one, with their answers.
    .examples =
        Only closed conversations that you may see are searched. Identity numbers are masked. The access log records what was shown.

        Examples:
          munja similar 12
          munja reply 12 --from 7          begin the answer with what conversation 7 was answered
cmd-claim = Take one conversation and show it.
    .examples =
        Examples:
          munja claim 12
cmd-reply = Answer the citizen of a conversation you hold.
    .examples =
        Without a text, an editor opens ($VISUAL, $EDITOR).
        A reply that could not be sent is kept as a draft, which the editor opens again.

        Examples:
          munja reply 12 "Bus 62 comes in five minutes."
          munja reply 12
          munja reply 12 - < answer.txt
          munja reply 12 --promise 30m "We are asking the depot."
          munja reply 12 --preview "..."    show it with advice, and send nothing
          munja reply 12 --canned hello --category 택시
          munja reply 12 --photo map.jpg "The stop is here."
          munja reply 12 --force "Yes."    send although a newer text came in
          munja reply 12 --again "Yes."    send the same words once more
          munja reply 12 --replace "OK 👍"  send with words in place of emoji
          munja reply 12 --draft           send your draft as it is

        Put a text with $, ! or ` in single quotes, or the shell changes it: '53$'.
        On a terminal it is shown as it will arrive, and asked before it is sent; --yes sends without the question.
        It leaves after some seconds: munja recall takes it back.
cmd-advice = Say what people may not understand in a text, or cannot use.
    .examples =
        Looks for invitations to phone, hard and foreign words (with easy ones), sentences over 50 characters, a second question, days without a date, and identity numbers. It only advises: `munja reply` sends any text.

        Examples:
          munja advice "금일 구비서류를 지참하여 내방 바랍니다."
          munja advice < answer.txt
          munja advice --json "Please call us."
cmd-photo = Look at a photo, video or voice message.
    .examples =
        Terminals that can draw pictures (kitty, Ghostty, Konsole, iTerm2, WezTerm) show a photo. Elsewhere it is saved to a file, whose path is printed. Videos and voice messages are always saved; --open plays them.
        `munja show` shows the numbers.

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
        The conversation must have been shown on this machine (munja show).

        Examples:
          munja close 12 --category 버스
          munja close 12 --reason "passed on to the transport office"
          munja close 12 --unanswered      the last text needs no answer
cmd-recall = Take back a reply that has not been sent yet.
    .examples =
        `munja reply` and `munja show` show the numbers of texts.

        Examples:
          munja recall                     the newest reply
          munja recall 56
          munja recall --all-of a1b2c3d4e5f6   one answer for many (`munja answer-all` says its name)
          munja recall --all-of            the newest of them
cmd-write = Write to a citizen first. The reason is kept.
    .examples =
        Begins a new conversation: with the citizen of a conversation that has ended, or with a phone number. Citizens who have opted out or are restricted are not written to.

        Examples:
          munja write 12 "The street lamp is mended." --reason "the road office answered"
          munja write 010-1234-5678 "Your papers are ready." --reason "asked by phone"
cmd-refer = Record that an outside department works on it, and by when. You are reminded then.
    .examples =
        Works for closed conversations too.

        Examples:
          munja refer 12 --to "Road office" --due 12-05
          munja list --referred            those that wait for a department
          munja refer 12 --done --note "it is mended"
cmd-urgent = Raise the alarm: this conversation is in danger.
    .examples =
        Examples:
          munja urgent 12
cmd-ack = Say that you look after a danger. The bell stops; supervisors are called until the citizen is answered.
    .examples =
        Examples:
          munja ack 12
cmd-false-alarm = End the alarm of a conversation that is not in danger, with a reason.
    .examples =
        The alarm ends under your name; the reason is kept beside the conversation.

        Examples:
          munja false-alarm 12 --reason "quoted a song"
cmd-reveal = Show the number of a citizen in danger, or what is masked in the texts. Who saw it, when and why is recorded.
    .examples =
        Whoever holds the danger may see the number, whoever holds the conversation the masked texts; supervisors may see both.

        Examples:
          munja reveal 12 --reason "119 has to know"
          munja reveal 12 --texts --reason "the licence number is asked for"
cmd-where = Ask the citizen in easy words where they are.
    .examples =
        Example:
          munja where 12
cmd-handover = Show what to read out to 119 or 112 on the phone, and record who was told.
    .examples =
        Shows the number, the citizen's texts and their times. The alarm ends once you say who was told.

        Examples:
          munja handover 12 119
          munja handover 12 112 --told "Officer Park"
cmd-duty = Show who is on duty now and next, and the alarms that stand.
    .examples =
        Example:
          munja duty
cmd-on = Say that you are on: you take texts.
    .examples =
        Examples:
          munja on
cmd-phone = Say that you are on the phone.
    .examples =
        Examples:
          munja phone
          munja on                         when the call is over
cmd-break = Say that you are on a break.
    .examples =
        Examples:
          munja break
cmd-off = Say that you are off. What you still hold is named.
    .examples =
        Examples:
          munja off
          munja off --release              give everything back that you hold
cmd-colleagues = Show who is on and how many conversations each holds.
    .examples =
        Examples:
          munja colleagues
          munja transfer 12 --person jiyeong --note "knows her case"
cmd-note = Leave a note for colleagues beside a conversation.
    .examples =
        Examples:
          munja note 12 "Called the depot; they check."
cmd-draft = Keep your draft on the server, or show it. Nothing is sent to the citizen.
    .examples =
        There is one draft for each conversation, and nobody else reads it. munja desk, the web desk and munja reply all use the same one.

        Examples:
          munja draft 12 "Bus 62 comes"          keep it
          munja draft 12                         show it
          munja reply 12 --draft                 send it as it is
          munja draft 12 --drop                  throw it away
          munja draft 12 --leave "Bus 62 comes"  leave it for whoever is next (all see it; without a text: remove it)
cmd-drafts = Show your drafts that were not sent.
    .examples =
        Drafts are on the server: go on with one from any machine. Nobody else reads them.

        Examples:
          munja drafts
          munja reply 12                   go on writing
          munja reply 12 --draft           send the draft as it is
cmd-promise = Promise an answer by a certain time. You are reminded, and the citizen is told if it is late.
    .examples =
        Examples:
          munja promise 12 30m
          munja promise 12 14:30
          munja promise 12 2h "the depot calls back"
cmd-remind = Be reminded of a conversation later, also of a closed one.
    .examples =
        Examples:
          munja remind 12 1d "ask whether the passport has arrived"
cmd-transfer = Pass a conversation on to a desk or a person, with a note.
    .examples =
        Examples:
          munja transfer 12 --desk bukgu --note "asks for the health centre"
          munja transfer 12 --person jiyeong --note "knows her case"
cmd-return = Give back a conversation that was passed on to you, with a note.
    .examples =
        Examples:
          munja return 12 "belongs to city hall"
cmd-category = Set what a conversation is about.
    .examples =
        Examples:
          munja category 12 택시
          munja category 12 교통/택시
cmd-prefer = Keep what the citizen asked for; without a text, remove it.
    .examples =
        Examples:
          munja prefer 12 "easy words"
cmd-warn = Tell the citizen that abuse may end the conversation.
    .examples =
        Examples:
          munja warn 12
cmd-take = Take a conversation over from a colleague (supervisors).
    .examples =
        Examples:
          munja take 12 "minsu asked me to"
cmd-restrict = Stop answering a citizen for a while, unless they are in danger (supervisors).
    .examples =
        Examples:
          munja restrict 12 7d --reason "threats after a warning"
cmd-unrestrict = Answer a restricted citizen again (supervisors).
    .examples =
        Examples:
          munja unrestrict 12
cmd-optout = Record that the citizen wants no automatic texts; you can still answer them.
    .examples =
        Examples:
          munja optout 12
cmd-optin = Record that the citizen wants automatic texts again.
    .examples =
        Examples:
          munja optin 12
cmd-announce = Tell everybody at a desk (supervisors); without a text: what was told in the last 24 hours.
    .examples =
        Examples:
          munja announce "Snow: buses 12 and 62 are detoured until 14:00."
          munja announce
cmd-restricted = List citizens who are restricted or want no automatic texts (supervisors). Numbers are masked.
    .examples =
        Examples:
          munja restricted
          munja unrestrict 12

        In a pipe: one citizen a line, with tabs between: masked number, conversation, restricted until, reason, by whom, opted out at, short name. What there is not is empty.
cmd-evidence = Print a whole conversation with hashes, as JSON (supervisors).
    .examples =
        Examples:
          munja evidence 12 --reason "police report 2026-11" > evidence.json
cmd-desks = List the desks and whether they are open.
    .examples =
        Examples:
          munja desks
cmd-categories = List the categories of conversations.
    .examples =
        Examples:
          munja categories
cmd-replies = List the canned replies.
    .examples =
        Examples:
          munja replies
          munja replies hello
          munja reply 12 --canned hello
cmd-surveys = List the survey answers of citizens and who had answered them.
    .examples =
        Examples:
          munja surveys                    mine, last 30 days
          munja surveys --all --since 7d   all counselors' (supervisors)
cmd-report = Show the figures of some days: volume, times, categories, satisfaction.
    .examples =
        Examples:
          munja report                         this month so far
          munja report yesterday --by hour
          munja report 2026-10 --compare last-year
          munja report 2026-10-01..2026-10-15 --desk bukgu
          munja report last-month --to reports          page, workbook and CSV into a folder
          munja report 2026-10 --words --html october.html
          munja report counselors last-month            supervisors: all; a counselor: their own
          munja report coaching week --low 2            supervisors: what to speak about, and who had to bear what
          munja report incentive last-month --csv points.csv
          munja report staffing last-month              which hours are short of people

        Days are counted in the desk's time zone. Every figure is printed with the sentence that defines it.
        In a pipe, a row is a line. coaching has tabs between its columns. Conversations to talk about: counselor, conversation, time, reason, score, time it took. What counselors went through: counselor, dangers (7 days), dangers (30 days), abusive (7 days), abusive (30 days).
cmd-review = Review consultations by a sheet (supervisors), or answer a review of your own work.
    .examples =
        Examples:
          munja review sample --counselor minsu          five to look at, drawn evenly; the same all day
          munja review show 12                           read it; the access log says that it was for a review
          munja review write 12 --marks courtesy=5,accuracy=4,easy-words=5,speed=3 --comment "Good steps."
          munja review sheet                             what is asked
          munja review answer 3 "Thank you, I will."     a counselor, once
cmd-reviews = Show the reviews of your own work; supervisors: of everybody's.
    .examples =
        Examples:
          munja reviews
          munja reviews --all                            supervisors
          munja reviews --of minsu
cmd-doubt = List replies that may or may not have been sent.
    .examples =
        Examples:
          munja doubt
          munja doubt --after 812          the next page (its command stands below the page before)
cmd-decide = Decide what to do with a reply in doubt.
    .examples =
        give-up      do not send it again; it counts as failed
        send-again   send the same text again; the citizen may get it twice

        Examples:
          munja decide 56 give-up
          munja decide 56 send-again
cmd-watch = Show what happens, one line an event.
    .examples =
        Examples:
          munja watch
          munja watch --json | jq .kind
          munja watch --after 1200         from event 1201 on
cmd-status = Show the state of the service.
    .examples =
        Examples:
          munja status
          munja status --short             tmux, i3 ...
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

arg-json = Print JSON; errors are problem details (JSON) on standard error
arg-lang = Language: ko or en (default: from LC_ALL, LC_MESSAGES, LANG)
arg-color = Colours: auto (default), always or never
arg-profile = Name of the log-in to use, if you have several (default: default)
arg-server = The server: https://HOST, http://127.0.0.1:PORT or unix:/PATH
arg-help = Describe the command
arg-version = Show the version
arg-n = Number of the conversation
arg-m = Number of the text
arg-login-user = Your log-in name
arg-login-password_stdin = Read the password from standard input
arg-login-code = The code of your phone, or a recovery code (asked for where it is needed)
arg-login-ca = Certificates (PEM) of the authority that vouches for the server; kept with the log-in
arg-password_stdin = Read passwords from standard input, one a line
arg-totp-what = enable or disable
arg-sessions-what = The word end: ends a log-in
arg-sessions-session = A number of munja sessions
arg-sessions-others = All but the one you use now
arg-audit-what = show: the rows of the log; who-saw: everybody who saw one citizen's data
arg-audit-since = From then on: 2026-11-01, 24h, 30d (default: 24h; who-saw: all there is)
arg-audit-login = Only what this person did
arg-audit-action = Only this action: list, search, view, photo, reveal, change, export, admin, audit ...
arg-audit-conversation = Only what concerns this conversation
arg-audit-limit = At most so many rows, the newest (default: 200)
arg-audit-number = The citizen's phone number, or what the carrier called the sender (- reads it from standard input); only its keyed hash is searched for and logged
arg-audit-reason = Why; it stands in the access log
arg-account-login = The log-in name
arg-account-what = add, grant, disable, enable, unlock, passwd, end-sessions, totp-reset, history
arg-account-name = How colleagues see them (default: the log-in name)
arg-account-role = counselor, supervisor, administrator, auditor, board
arg-account-desks = Keys of the desks they serve; `*` is all
arg-list-all = All conversations that are not closed
arg-list-mine = Conversations you hold
arg-list-state = waiting, active, answered or closed
arg-list-limit = Maximum number (default: 50)
arg-list-after = The next page: the value that stands below the page before
arg-search-words = Words that all stand in the text; in quotation marks for several as one
arg-search-number = The citizen's whole number, or what the carrier called the sender (- reads it from standard input); needs --reason
arg-search-reason = Why the number is looked for; it goes into the access log
arg-search-citizen = The name (7F2K) or the number (010-****-5678) as lists show it, or the last four digits
arg-search-category = A category or a whole group (`munja categories`)
arg-search-counselor = Log-in name of who wrote the answer or note, or has the conversation
arg-search-desk = Key of the desk (`munja desks`)
arg-search-since = From this day on (2026-03-01), or so long back (30d)
arg-search-until = Up to this day (2026-03-31), or until so long ago (7d)
arg-search-kind = Only text (from citizens), answer or note
arg-search-after = Go on after the page before; munja says where
arg-search-limit = Maximum number (default: 20, at most 100)
arg-reveal-texts = Show the texts in which resident, card and other identity numbers are masked
arg-reply-text = The reply; - reads standard input
arg-reply-photo = A photo to send with the reply; may be given several times. It is made small enough, and the place where it was taken is removed
arg-reply-from = Begin the answer with what this conversation was answered; it opens in the editor
arg-reply-preview = Show the text with advice and send nothing; it is kept as a draft
arg-reply-advice = Show advice also where the output is no terminal
arg-advice-text = The text; without it, or with -, standard input is read
arg-reply-force = Send the reply although a newer text came in
arg-reply-again = Send the same words once more: without it, an answer of yours leaves once until the citizen writes again
arg-reply-replace = Replace characters that can't be sent by words or signs
arg-reply-last_seen = Id of the citizen's last text that you saw (default: the last one that was shown here)
arg-photo-photo = Number of the photo, video or voice message, as munja show has it
arg-photo-save = Save it into this folder or as this new file; an existing file is left alone
arg-photo-open = Open it with the desktop's viewer (xdg-open)
arg-close-reason = Why, for colleagues (at most 200 characters)
arg-close-force = Close the conversation although a newer text came in
arg-close-drop_promise = Close the conversation although an answer is promised: the promise is dropped
arg-decide-decision = give-up or send-again
arg-decide-yes = Do not ask for confirmation
arg-text = The text
arg-span = When: 30m, 2h, 1d from now, or 14:30, 12-05, "12-05 14:30"
arg-restrict-span = For how long: 2h, 7d; at most 30d
arg-note = A note for the receiver
arg-reason = The reason; kept as a note
arg-handover-service = 119 (fire, injury) or 112 (crime)
arg-handover-told = Who was told; asked for if not given
arg-transfer-desk = Key of the desk (`munja desks`)
arg-transfer-person = Log-in name of the counselor
arg-surveys-since = How far back (default: 30d): 24h, 30d
arg-surveys-all = Those of all counselors (supervisors)
arg-doubt-after = The next page: the value that stands below the page before
arg-surveys-after = The next page: the value that stands below the page before
arg-draft-leave = Leave it for whoever holds the conversation next, not as your own; everybody of the desk reads it
arg-draft-drop = Throw your own draft away
arg-off-release = Give back all conversations you hold
arg-reply-draft = Send your draft on the server as it is
arg-reply-parts = Send without a question (--yes is the same), also if it leaves as several texts
arg-close-unanswered = Close the conversation although the last text is unanswered
arg-recall-m = Number of the text (default: the newest reply)
arg-recall-all_of = Take back one answer for many, as far as it has not left (default: the newest)
arg-report-what = day, yesterday, week, last-week, month (default; staffing and incentive: last-month), last-month, year, last-year, 2026-11-30, 2026-11, 2026, 2026-W48, or two of them with .. between; before it may stand `counselors`, `coaching`, `incentive` or `staffing`
arg-report-desk = Only this desk (`munja desks`)
arg-report-by = Rows: hour, day (default), weekday, month (default for more than 62 days), desk, category, counselor
arg-report-compare = Compare with: previous (the period before), last-year
arg-report-words = With what citizens wrote about the service (supervisors; recorded in the access log)
arg-review-what = sheet, sample, show, write, answer
arg-review-n = Number of the conversation; of the review to answer
arg-review-text = Your answer, at most 2,000 characters
arg-review-counselor = Whose work (log-in name)
arg-review-desk = Only this desk (`munja desks`)
arg-review-days = Closed in so many days (30)
arg-review-count = How many to draw (5)
arg-review-seed = The same number draws the same consultations; today's by default
arg-review-marks = One mark for each point of the sheet, such as courtesy=5,speed=4
arg-review-comment = For the counselor; at most 2,000 characters
arg-reviews-all = Of all counselors (supervisors)
arg-reviews-of = Of this counselor (supervisors)
arg-report-low = coaching: survey scores up to this (2)
arg-report-slow = coaching: first answers that took longer, such as 15m (15 minutes)
arg-announce-text = One line of at most 300 characters, without anything of a citizen
arg-list-of = What this counselor holds (log-in name; supervisors)
arg-watch-desk = Only conversations of this desk, and what concerns all
arg-watch-kind = Only these kinds of events, such as opened,closed (--json shows kinds)
arg-watch-danger = Only events of dangers
arg-report-html = Write a page to print with charts (- is standard output)
arg-report-xlsx = Write an Excel workbook
arg-report-csv = Write CSV
arg-report-to = Write all three into this folder, named by the period
arg-categories-desk = Only the categories of this desk
arg-replies-desk = The desk whose name is filled in
arg-replies-key = Show this one in full
arg-reply-promise = Promise the rest of the answer by then (30m, 2h, 1d). You are reminded, and the citizen is told if it is late
arg-reply-canned = Key of a canned reply (`munja replies`); sets its category too
arg-reply-category = What the conversation is about (`munja categories`); a part is enough if it matches only one
arg-close-category = What the conversation was about (`munja categories`); a part is enough if it matches only one
arg-show-unfold = Show texts with abusive words too
arg-watch-after = Begin after this event number
arg-completions-shell = Name of the shell
arg-help-command = Name of the command

head-number = No.
head-citizen = Citizen
head-state = State
head-role = Role
head-waits-short = waits
head-last = Last text
conversation-title = Conversation { $n }
waits-now = waiting for less than a minute
waits = waiting for { $span }
close-reason = Reason for closing: { $reason }
close-reason-recovery = recovery (found in the carrier's list after a backup was put back)
close-reason-restricted = the citizen was restricted
close-reason-erased = erased: its time was over, or the citizen asked for it
close-reason-no_reply = the citizen did not reply
late-short = [late: sent { $at }]
late-brief = came late, sent { $at }
previous = Earlier conversation with this citizen: munja show { $n }
found-text = citizen
found-answer = answer
found-unsent = answer, not sent
found-note = note
search-name = If { $name } is the short name of a citizen: munja search --citizen { $name }
search-more = … and more: add --after { $next }
search-looked-back = Looked back to { $at }; older texts were not looked at yet.
advice-none = No advice.
similar-how = Begin with one of the answers: munja reply { $n } --from { $m }
list-empty = No conversations.
surveys-empty = No survey answers.
list-empty-mine = You hold no conversation. `munja next` takes the next one.
list-empty-waiting = Nobody is waiting.
list-next = { $n } in all. The next page: { $command }
needs-decision = Decide: munja decide { $m } give-up or send-again

photo-kept = { $what } { $id } · { $type } { $size } · munja photo { $id }
photo-saved = Saved to { $path }

logged-in = Logged in as { $name } at { $server }, until { $until }.
logged-out = Logged out.
logged-out-here-only = Logged out on this machine; the server could not be told.
ask-user = Log-in name:
ask-password = Password of { $login }:
ask-old-password = Your password:
ask-new-password = New password (10 characters or more):
ask-password-again = Again:
ask-first-code = Code that your phone shows:
ask-code = Code of your phone, or a recovery code:
password-changed = Your password is changed. Your other log-ins have ended.
choose-password = Somebody else chose your password. Choose one of your own.
choose-password-later = Somebody else chose your password. Choose one of your own: munja passwd
password-again = Choose another one.
set-up-totp = Your role needs codes of your phone: munja totp enable
totp-setup =
    Type this key into the app of your phone: { $secret }
    The same for a QR code: { $uri }
totp-enabled =
    Codes are asked for at each log-in from now on. Write down these recovery codes; they are not shown again, and each is good once:
    { $codes }
totp-disabled = No code is asked for any more.
session-line = { $n }  from { $from }, since { $since }, last used about { $used }
session-this = { $n }  from { $from }, since { $since }, last used about { $used } (this one)
session-ended = Log-in { $n } has ended.
account-added = The account { $login } is there. Whoever has it chooses a password of their own at the first log-in.
sessions-ended = { $n ->
    [one] { $n } other log-in has ended.
   *[other] { $n } other log-ins have ended.
    }
account-changed = The account { $login } is changed.
account-has-totp = second factor
account-must-change = has to change the password
account-disabled = disabled
account-used = last used { $at }
desk-exception = { $at }  conversation { $n } of the foreign desk { $desk }: times seen { $seen }, times worked on { $done }
change-added = added
change-disabled = disabled
change-enabled = enabled again
change-role = role
change-desks = desks
change-password_reset = password set
change-password_changed = password changed
change-totp_enabled = second factor set up
change-totp_disabled = second factor given up
change-totp_reset = second factor taken away
change-sessions_ended = sessions ended:
change-unlocked = unlocked
change-logged_in = logged in
change-recovery_code = recovery code used
change-logged_out = logged out
released = You no longer hold conversation { $n }.
closed = Conversation { $n } is closed.
recalled = Text { $m } was taken back; it will not be sent.
doubt-empty = No reply is in doubt.
ask-send-again = Send text { $m } again? If the first one did arrive, the citizen gets it twice. [y/N]
given-up = Text { $m } counts as failed.
sent-again = Text { $m } is sent again.
replied = The reply is being sent.
replied-before = This reply had been accepted before; it was not sent again.
replied-same = { $earlier } Nothing was sent now. To send the same words once more, add --again.
not-applied-promise = The promise was not applied: the reply stands as it was sent before. To promise now: munja promise { $n } 30m
not-applied-category = The category was not applied: the reply stands as it was sent before. To set it: munja category { $n } CATEGORY
replied-recall = To take it back before it is sent: munja recall { $m }
replied-held = It leaves in { $secs } s. To take it back before that: munja recall { $m }
draft-kept = Your text is kept in { $path } (in a terminal, `munja reply { $n }` opens it again; or: munja reply { $n } - < FILE)
draft-to-change = Your text is kept as a draft. To change it: munja reply { $n }
draft-on-server = Your text is kept as a draft. To change it: munja reply { $n }; to send it as it is: munja reply { $n } --draft

watch-begin = Watching. Press Ctrl-C to end.
watch-lost = The connection to the server is broken ({ $why }). Reconnecting …
watch-back = Connected again. Nothing was missed.
event-needs_decision = text { $m } is in doubt: a decision is needed (munja decide { $m } …)

status-recovery-reading = RECOVERY: a copy of { $made } was put back, and the carriers' lists are being read. Nothing is sent to citizens yet.
status-recovery-waiting = RECOVERY: a copy of { $made } was put back. Answers wait until the operator confirms (munjad recovery confirm); in a danger they leave.
status-server = munjad { $version }, started { $ago }
status-not-ready = NOT READY: { $why }. Tell the operator at once.
status-carrier = Carrier { $name }{ $role }: texts last fetched and stored: { $ago }
status-carrier-called = Carrier { $name }{ $role }: texts come by webhook only; the last one { $called }
status-deaf = DEAF for { $span }: no text from citizens can reach us through { $name } ({ $why }). Tell the operator at once.
status-carrier-sends = Carrier { $name }{ $role }
status-role-preferred = {" "}(sends)
status-role-standby = {" "}(sends if the other can't)
status-role-inbound = {" "}(receives)
status-stopped = Sending has stopped: { $name } refuses our key or account. Tell the operator.
status-out-of-order = { $name } is out of order and is tried again now and then. Tell the operator.
status-paused = The operator stopped sending through { $name }.
status-possible-loss = Texts may be lost: { $n ->
    [one] { $n } answer of { $name } did not come whole, { $ago }. Tell the operator.
   *[other] { $n } answers of { $name } did not come whole, the last { $ago }. Tell the operator.
    }
status-dates-behind = { $n ->
    [one] { $name } dates texts { $n } minute too early; which of them came late can't be told. Tell the operator.
   *[other] { $name } dates texts { $n } minutes too early; which of them came late can't be told. Tell the operator.
    }
status-compared-in = Received, compared { $at }: carrier { $theirs }, we { $ours }
status-compared-in-differs = Received, compared { $at }: carrier { $theirs }, we { $ours }, differences: { $differences }. Tell the operator.
status-compared-out = Sent, compared { $at }: carrier { $theirs }, we { $ours }
status-compared-out-differs = Sent, compared { $at }: carrier { $theirs }, we { $ours }, differences: { $differences }. Tell the operator.
status-error = Last failure: { $why }
status-oldest = , longest wait { $span }
status-conversations = Active: { $active } · Waiting: { $waiting }
status-dangers = DANGER not answered yet: { $n } · nobody looks after: { $ringing }
status-sending = Waiting to be sent: { $queued } · not confirmed yet: { $unreceipted }
status-in-doubt = In doubt: { $n } (munja doubt)
status-failed = Failed in the last 24 hours: { $n }
status-quarantined = Unreadable texts: { $n } (the operator looks at them)
status-late = Worker { $name } is late; its last progress was { $ago }. Tell the operator.

next-bad_request = Mend what is named there. If it is right as it is, tell the operator (request { $request }).
next-unknown_field = Tell the operator (request { $request }).
next-wrong_content_type = Tell the operator (request { $request }).
candidates = One of these: { $names }
next-unauthorized = munja login
error-not_logged_in = You are not logged in.
next-not_logged_in = munja login
error-other_server = Your log-in is for { $other }, not for { $server }.
next-other_server = munja login --server { $server }, or keep a second log-in with --profile NAME
next-wrong_login = Try again; after several wrong tries logging in from here is locked for a while.
next-locked_out = Try again in { $minutes } min, or ask an operator to unlock it at once (munjad user unlock NAME).
next-not_found = { $numbers } shows the numbers.
error-no_such_review = There is no review { $r } of your work.
next-no_such_review = munja reviews shows the numbers.
next-nobody_waits = munja watch shows when somebody does.
next-offered_to_other = Take another conversation: munja next. A supervisor may claim it now.
next-claimed_by_other = Take another conversation: munja next
next-not_claimed = munja claim { $n }
next-newer_texts = Look first: munja show { $n }. Then do it again, or add --force to go ahead as it is.
error-not_seen = You have not looked at conversation { $n } yet.
next-not_seen = munja show { $n }
next-closed = If the citizen writes again, it waits again by itself.
next-already_left = Send a correction if one is needed.
next-did_not_leave = Answer the citizen if they still wait: munja drafts shows what was written.
next-not_in_doubt = munja doubt shows the texts that are.
next-draft_changed = Show the draft that is kept: munja draft { $n }. Open it together with your text in the editor: munja reply { $n }.
next-key_reused = Look before you send anything again: munja show { $n }
next-empty_text = munja reply { $n } "TEXT"
offer-how = To send it like this: munja reply { $n } --replace "TEXT"
next-unencodable = Leave them out, or write a word instead.
next-too_long = Shorten it, or send several replies.
next-body_too_large = Shorten it, or send it in several parts.
next-photo_not_here_yet = Try again in a moment: munja photo { $n }
next-photo_lost = munja show shows the reason.
next-photo_too_large = Make it smaller: at most 16 MiB and 50 million pixels.
next-not_a_photo = Choose a JPEG, PNG, GIF or WebP file.
next-photos_not_taken = Reply without a photo.
next-too_many_photos = Send some of them with another reply.
next-no_such_photo = Add it again with --photo.
error-file_exists = This file exists already: { $path }
next-file_exists = Give another name, or a folder.
error-no_viewer = The viewer (xdg-open) can't be used.
next-no_viewer = The file is here: { $path }
next-method_not_allowed = The server may be older than this program; tell the operator.
next-too_slow = Check the network and try again.
next-log_ins_crowded = Try again in a few seconds.
next-too_many_requests = Wait a few seconds, then try again. If a program of yours asks in a loop, let it pause.
next-database_busy = Try again in a moment.
next-database_full = Tell the operator at once (request { $request }).
next-database_broken = Tell the operator at once (request { $request }).
next-internal = Try again. If it happens again, tell the operator (request { $request }).
next-unreachable = Check the network and --server, or ask the operator.
next-no_answer = Look before you do it again: { $look }
next-reply-unreachable = It is not known whether the server got the reply. Send the same text again later: the citizen gets it only once.
next-reply-no_answer = Send the same text again later: the citizen gets it only once.
next-certificate_unknown = If your office made the certificate itself, ask the operator for its file and log in with it: munja login --ca FILE. If you did, that file does not belong to this server. Otherwise do not log in.
next-certificate_expired = Tell the operator to renew it. If your machine's date is wrong, set it right.
next-certificate_not_yet = Set your machine's date right; if it is right, tell the operator.
next-certificate_name = Use the name in --server that the operator gave you, not a number or another name.
next-certificate_bad = Tell the operator. A certificate that calls itself an authority (CA:TRUE) is refused.
next-needs_tls = Begin the address of --server with https://. If that does not help, check its port.
next-no_tls = Check the address and port of --server. On the server's own machine it may be http://127.0.0.1:PORT.
next-bad_answer = Check the address of --server.
error-file_missing = There is no file { $file }.
next-file_missing = Check the name and the folder.
error-file_denied = You may not read { $file }.
next-file_denied = Give yourself the right to read it, or copy it to a folder of your own.
error-file_folder = { $file } is a folder, not a file.
next-file_folder = Name the file in it.
error-file_not_text = { $file } is not a text file in UTF-8.
next-file_not_text = Save it as plain text in UTF-8, then try again.
error-file_unreadable = { $file } can't be read: { $why }
next-file_unreadable = Copy the file to another place, or ask the operator.
error-file_too_large = { $file } is too large: at most { $kib } KiB. Nothing was sent or stored.
next-file_too_large = Check that it is the right file, and shorten it.
error-input_not_text = Standard input is not text in UTF-8.
next-input_not_text = Save it as plain text in UTF-8, then try again.
error-unexpected = Unexpected error: { $why }
next-unexpected = If it happens again, tell the operator.
error-plain_http = { $server } would send your password unencrypted across the network.
next-plain_http = Use https://. Plain http works only for 127.0.0.1 and localhost.
error-bad_server = { $server } is not the address of a server.
next-bad_server = https://HOST, http://127.0.0.1:PORT or unix:/PATH
error-bad_profile = The name of a profile has 1 to 32 letters, digits, dots, - or _, and no dot at the start.
next-bad_profile = for example --profile night
error-no_home = There is no place for the log-in: neither HOME nor XDG_CONFIG_HOME and XDG_STATE_HOME is set.
next-no_home = Set HOME.
error-no_user = The log-in name is missing.
next-no_user = munja login --user NAME
error-passwords_differ = The two passwords differ.
error-no_session_named = No log-in to end was named.
next-no_session_named = munja sessions end N, or munja sessions end --others
error-nothing_granted = Neither a role nor desks were named.
next-nothing_granted = munja account LOGIN grant --role supervisor
next-must_change_password = munja passwd
next-must_set_up_totp = munja totp enable
next-wrong_code = Try again with the next code; if the phone is lost, use a recovery code.
next-wrong_password = Try again; if it is forgotten, the operator sets another one (munjad user passwd).
next-role_refuses = munja whoami shows your role.
next-not_yourself = munja account ANOTHER-LOGIN ...
next-login_taken = Look with munja accounts; a disabled account is enabled again with enable.
next-totp_in_use = munja totp disable
next-password_length = Choose a longer one; several words in a row do well.
next-password_common = Several words that do not belong together do well.
next-password_personal = Several words that do not belong together do well.
next-password_unchanged = munja passwd
next-code_needed = munja login --code CODE
error-no_password = There is no terminal to ask for the password.
next-no_password = munja login --user NAME --password-stdin
next-in-totp-no_password = Run it on a terminal. A program gives the password and the code on standard input, a line each: munja totp enable --password-stdin
next-in-passwd-no_password = munja passwd --password-stdin < two-lines.txt    (the old password, the new one)
next-in-account-no_password = Add --password-stdin to the same command, and give the new password on standard input.
error-needs_yes = If it is sent again, the citizen may get it twice, and there is no terminal to confirm this.
next-needs_yes = Add --yes if you are sure.
error-not_done = Nothing was done.
next-not_done = munja doubt shows the texts in doubt.
error-editor = The editor failed: { $editor }
next-editor = If there is no such editor, set EDITOR, such as EDITOR=nano. Then: { $command }
next-in-reply-editor = If there is no such editor, set EDITOR, such as EDITOR=nano. Then: { $command }, or as words: { $command } "TEXT"
editor-left = An editor that was ended left a copy of its own, which may hold more: { $path }
error-usage_command = There is no command “{ $what }”.
next-usage_command = munja --help
error-usage_command_like = There is no command “{ $what }”. Did you mean “{ $suggested }”?
next-usage_command_like = munja --help
error-usage_no_command = The command is missing.
next-usage_no_command = munja --help
error-usage_option = “{ $what }” can't be used here.
next-usage_option = munja { $command }--help
error-usage_citizen = “{ $value }” is no number of a conversation; it may be the short name of a citizen.
next-usage_citizen = munja search --citizen { $value }
error-usage_option_first = “{ $what }” stands after the command.
next-usage_option_first = munja { $owner } { $what }
error-usage_value = “{ $value }” is not a value for { $what }.
next-usage_value = { $known }munja { $command }--help
error-usage_missing = Missing: { $what }
next-usage_missing = munja { $command }--help
error-usage_conflict = { $what } and { $other } can't be used together.
next-usage_conflict = munja { $command }--help
error-usage_other = The command was not understood: { $what }
next-usage_other = munja { $command }--help

did-urgent = The alarm of conversation { $n } rings for everybody.
did-acked = You look after conversation { $n }. To answer, claim it: munja claim { $n }
did-alarm_ended = The alarm of conversation { $n } has ended.
did-noted = The note is kept beside conversation { $n }.
did-drafted = It is left beside conversation { $n } for whoever is next.
did-preferred = The wish of this citizen is kept.
did-promised = An answer is promised by { $at } (conversation { $n }).
did-reminding = You will be reminded of conversation { $n } at { $at }.
did-transferred = Conversation { $n } was passed on (desk: { $desk }).
transfer-off = { $who } is off now: the text waits for them until { $at }, then for everybody. Somebody who is on: munja colleagues
transfer-closed = The desk { $desk } is closed now. It opens at { $at }.
did-offered = Conversation { $n } was passed on to { $who }.
did-offered-to-all = Conversation { $n } was passed on. It is a danger that nobody has answered: it rings for everybody, and { $who } does not have it alone.
did-returned = Conversation { $n } was given back (desk: { $desk }).
did-categorised = Category of conversation { $n }: { $category }
did-warned = The citizen of conversation { $n } was warned.
did-taken = You hold conversation { $n } now.
did-restricted = The citizen is not answered until { $at }, unless in danger. Conversation { $n } is closed.
did-opted_out = The citizen of conversation { $n } gets no automatic texts any more. Your answers still reach them.
did-opted_in = The citizen of conversation { $n } gets automatic texts again.
did-unrestricted = The citizen of conversation { $n } is answered again.
reason-masked = The reason is kept without the phone or identity numbers that are in it.
evidence-hash = SHA-256 of the whole: { $hash }
head-desk = Desk
head-name = Name
head-key = Key
head-text = Text
head-category = Category
desk-open-until = open until { $at }
desk-open = always open
desk-closed-until = closed until { $at }
desk-closed = closed
folded = This text has abusive words and is folded. --unfold shows it.
folded-short = (folded)
ringing = URGENT: nobody looks after it yet. munja ack { $n }
ringing-held = URGENT: { $who } holds this conversation and has not answered. Who looks after it says so: munja ack { $n }
urgent-acked = URGENT: { $name } looks after it.
promise-due = An answer is promised by { $at }.
offered = { $who } has it to themselves until { $at }.
offered-short = for { $who } first
preference = The citizen asked for: { $text }
opted-out = The citizen wants no automatic texts.
refuses-texts-close = The citizen wants no texts and has not written since: no answer can be sent. To close it: munja close { $n } --unanswered
restricted-until = The citizen is not answered until { $at }, unless in danger.
desk-and-category = Desk: { $desk } · Category: { $category }
draft-begun = Left by a colleague to go on with: { $text }
head-time = Time
head-counselor = Counselor
head-score = Score
survey-mean = Mean: { $mean }
survey-answer = Survey: { $score } { $comment }
promise-short = promised { $at }
event-urgent = URGENT: danger. Look after it: munja ack { $n }

next-own_work = munja review sample
next-not_reviewable = Name whose work it is: munja review write { $n } --counselor LOGIN --marks …
next-already_reviewed = munja reviews --all
next-already_answered = munja reviews
next-warn_first = If nobody has warned them: munja warn { $n }. If somebody has, wait until they write again.
next-opted_out = If the citizen writes again, you can reply. To close a conversation that still waits: munja close { $n } --unanswered
next-too_many_held = Answer or release one: munja list --mine
next-supervisors_only = The operator sets roles: munjad user duties LOGIN --role supervisor
next-nothing_to_ack = munja show { $n }
next-not_passed_on = munja transfer { $n } passes it on, munja release { $n } lets it go.
next-not_warned = munja show { $n } shows what the citizen was told.
next-not_asked = munja show { $n } shows what they wrote since.
next-number_not_shown = If it is a danger: munja claim { $n }. Else a supervisor can look.
next-no_such_desk = munja desks
next-no_such_person = munja colleagues lists them.
next-passed_to_yourself = munja colleagues lists the others; to let go of it: munja release { $n }
next-no_such_category = munja categories
next-several_categories = munja categories
next-in-answer-all-category_needed = Give the same command with --category CATEGORY (munja categories lists them), or without --close.
next-category_needed = munja close { $n } --category CATEGORY (munja categories lists them)
next-promise_open = Answer first: munja reply { $n }. To close without: munja close { $n } --drop-promise
error-nothing_found = Nothing was found.
next-nothing_found = Fewer or shorter words find more; so does a longer time.
error-nothing_sought = It does not say what to look for.
next-nothing_sought = Say what to look for: munja search bus. Texts of one citizen: munja search 7F2K
error-bad_date = “{ $what }” is no date.
next-bad_date = A day (2026-03-01) or a span (30d)
error-no_text = There is no text.
next-no_text = munja advice "..."
error-nothing_similar = No answered question is like this one.
next-nothing_similar = munja search WORDS
error-no_earlier_answer = Conversation { $m } has no answer.
next-no_earlier_answer = munja show { $m }
error-earlier_answer_kept = The earlier answer is kept as a draft; nothing was sent.
next-earlier_answer_kept = On a terminal: munja reply { $n }
error-no_canned = There is no canned reply with the key { $key }.
next-no_canned = munja replies
next-danger_unanswered = Answer first: munja reply { $n }. If there is no danger: munja false-alarm { $n } --reason "TEXT"
next-too_many_dangers = Answer one first: munja list --mine
next-not_your_desk = munja desks lists the desks; their counselors can pass it on to yours.
next-no_danger = munja show { $n }
next-restricted = munja show { $n } shows until when. A supervisor can end it: munja unrestrict { $n }
did-asked_where = The citizen of conversation { $n } was asked where they are.
masked = { $n ->
    [one] { $n } identity number is masked (`munja reveal N --texts --reason "..."`)
   *[other] { $n } identity numbers are masked (`munja reveal N --texts --reason "..."`)
    }
nothing-masked = Nothing is masked in the texts of conversation { $n }.
identity-resident = resident registration number
identity-alien = alien registration number
identity-passport = passport number
identity-licence = driver's licence number
identity-card = card number
identity-account = account number
tidied = Removed from this machine: drafts older than 14 days ({ $drafts }), saved photos older than a day ({ $photos }).
revealed = Number of the citizen of conversation { $n }: { $number }
ask-told = Who at { $service } was told? (Enter if nobody yet)
handover-open = Nothing was recorded as told. Once you have: munja handover { $n } { $service } --told "NAME"
head-duty = Called for
duty-nobody = There is no duty phone. The operator has to name them in [alarm].
duty-no-alarm = No alarm stands.
duty-until = on duty until { $at }
duty-always = on duty always
duty-ignored = answers ignored until { $at } (too many wrong codes)
duty-on = on duty
duty-from = from { $at }
duty-off = not on duty
duty-next = called next
duty-kind-danger = danger
duty-kind-operator = gateway
duty-alarm = Conversation { $n }: no answer for { $span } · { $phones ->
    [one] { $phones } duty phone called
   *[other] { $phones } duty phones called
    }
duty-alarm-now = Conversation { $n }: just now · { $phones ->
    [one] { $phones } duty phone called
   *[other] { $phones } duty phones called
    }
duty-quiet = no calls until { $at }
trouble-deaf = { $carrier }: no texts for { $span }
trouble-disk_full = The server's disk has been full for { $span }
trouble-clock = The server's clock has been wrong for { $span }
trouble-restarts = The gateway has kept crashing and starting again for { $span }
trouble-other = The gateway has been in trouble for { $span }
error-no_terminal = There is no terminal to open the desk on.
next-no_terminal = Run it on a terminal, or use commands such as munja list and munja next.
status-short = { $n } waiting
status-short-danger = DANGER { $n }
head-login = Log-in
head-presence = Presence
head-holds = Holds
presence-on = on
presence-phone = on the phone
presence-break = on a break
presence-off = off
presence-since = since { $at }
presence-said-on = You are on.
presence-said-phone = You are on the phone.
presence-said-break = You are on a break.
presence-said-off = You are off.
presence-holds = You still hold: { $held }. To give one back: munja release N; all: munja off --release; to pass one on: munja transfer N
ask-reply = Send it so? (y/n)
error-not_sent = Nothing was sent.
next-not_sent = To send without a question, add --yes.
ask-parts = It leaves as { $parts } texts. Send it all the same? (yes/no)
yes-no = (yes/no)
pasted-answer = Several lines came at once, as a paste does. None of them was taken for an answer.
editor-below = Nothing below this line is sent. The citizen wrote:
error-no_draft = There is no draft of yours in this conversation.
next-no_draft = munja drafts lists them.
error-unchanged = Nothing was changed in the editor, so nothing was sent.
next-unchanged = To send the draft as it is: munja reply { $n } --draft
error-nothing_held = There is no reply that can be taken back.
next-nothing_held = A reply that has left cannot be taken back. Send a correction if one is needed.
next-several_texts = Shorten it, or add --parts to send it as it is.
next-unanswered = Answer first: munja reply { $n }. To close without an answer: munja close { $n } --unanswered
drafts-empty = There are no drafts.
draft-here = on this machine only: the server has another one, or cannot be reached
draft-here-too = This machine has another draft: “{ $text }” (to change both: munja reply { $n })
draft-replaced = In place of your draft: { $text }
draft-two = The draft of the server and the one of this machine stand one below the other. Read them and make them one.
draft-dropped = Your draft in conversation { $n } is gone.
next-page = The next page: { $command }
draft-newer = the citizen has written since
draft-recalled = a reply that was taken back
draft-stopped = a reply that did not leave: the citizen wrote
writing = Writing an answer now: { $names }.
arg-write-to = Number of the conversation, or the citizen's phone number
arg-write-text = The text
arg-write-reason = Why you write first; kept as a note and in the access log
arg-write-desk = The desk, for a phone number (default: your first)
arg-write-parts = Send it although it leaves as several texts
arg-refer-to = Name of the outside department
arg-refer-due = When it is to have answered: 12-05, 2026-12-05, "12-05 14:30", 3d
arg-refer-done = It has answered, or nothing is expected of it any more
arg-refer-note = What became of it
arg-list-referred = Those that an outside department works on
error-bad_time = There is no such time.
error-time_past = { $at } is over.
next-time_past = For tomorrow, write "tomorrow 10:00".
error-time_too_far = { $days ->
    [one] { $at } is too far ahead: it has to be within { $days } day from now.
   *[other] { $at } is too far ahead: it has to be within { $days } days from now.
    }
error-not_a_conversation = This is neither a conversation nor a phone number.
next-not_a_conversation = munja write 12 "TEXT" --reason "WHY"
next-still_open = munja list --all shows it.
next-not_reachable = Check the number: it must be a mobile number in Korea.
next-not_referred = munja list --referred
wrote-first = Written. You hold the new conversation { $n }.
did-referred = Conversation { $n }: the department is to answer by { $at }.
did-referral_ended = Conversation { $n }: nothing is expected of the department any more.
referral-until = { $to } by { $at }
referral-due = { $to } OVERDUE since { $at }
report-title = Munja, figures of { $period }, { $desk }
report-seconds = { $n } s
report-unit-seconds = seconds
report-made = Counted { $at }.
report-erased-words = { $n ->
    [one] The words of { $n } answer are gone: its citizen was erased.
   *[other] The words of { $n } answers are gone: their citizens were erased.
    }
report-more-words = { $n ->
    [one] There is { $n } more; choose fewer days.
   *[other] There are { $n } more; choose fewer days.
    }
report-not-final = Not final: figures may change until { $date }, and as long as consultations of the period are open.
report-final = Final.
report-final-published = Final, published on { $date }.
report-published = Published on { $date }.
report-before-records = Nothing had been recorded yet in this period.
report-compared-days = The period is not over: it is compared with as many days, { $period }. Today counts as far as it has come.
report-percent = { $n } %
report-points = { $n ->
    [one] { $n } point
   *[other] { $n } points
    }
report-sheet-seconds = s.0" s"
report-corrected = Correction for { $month }: { $name }: published { $published } on { $date }, now { $now }.
report-words = What citizens wrote
report-definitions = Definition
report-sheet-figures = Figures
report-written = Written: { $file }
head-figure = Figure
head-value = Value
head-goal = Goal
head-change = Change
error-bad_period = "{ $what }" is no period.
next-bad_period = munja report month, 2026-11-30, 2026-11, 2026, 2026-W48, or 2026-11-01..2026-11-15
error-no_such_day = There is no such day: { $what }
next-no_such_day = munja report 2026-11-30
error-no_such_month = There is no such month: { $what }
next-no_such_month = munja report 2026-11
error-no_such_week = There is no such week: { $what }
next-no_such_week = munja report 2026-W48
error-period_backwards = The period ends before it begins: { $what }
next-period_backwards = Put the earlier day first: 2026-11-01..2026-11-15
error-period_future = { $what } begins after today ({ $today }): nothing has happened yet.
next-period_future = munja report month
error-period_too_long = A report can be about ten years at most: { $what }
next-period_too_long = munja report 2026
error-desk_ended = An answer was not sent, so the lines behind it were not carried out.
next-desk_ended = munja drafts shows what was not sent.
error-report_periods = These are two periods: { $one } and { $two }.
next-report_periods = munja report { $one }..{ $two } covers both.
error-report_option = { $option } does not go with munja report { $about }.
next-report_option = munja help report
report-nothing = There were no texts in this period: nothing is counted.
error-report_file = { $file } cannot be written: { $why }
next-report_file = Name a folder that exists and that you may write to.
error-report_no_folder = { $file } cannot be written: the folder does not exist.
next-report_no_folder = Make the folder first (mkdir), or name another.
error-report_forbidden = { $file } cannot be written: you have no right to write there.
next-report_forbidden = Name a folder of your own, such as --to ~/reports
error-report_disk_full = { $file } cannot be written: the disk is full.
next-report_disk_full = Make room, or name a folder on another disk.
did-handed_over = Recorded: { $service } was told about conversation { $n }.
head-closed = Closed
head-reason = Why
head-took = Took
head-took-seconds = Took (seconds)
head-conversation = Conversation
head-rule = Rule
head-points = Points
head-event = Event
head-kind = Kind
head-dangers-7 = Dangers, 7 days
head-dangers-30 = 30 days
head-abusive-7 = Abusive texts, 7 days
head-abusive-30 = 30 days
review-none = Nothing to review: no closed consultation that was answered and not reviewed yet.
review-sampled = Drawn from { $n }; the seed is { $seed }. Next: munja review show N
review-how = Review it: munja review write { $n } --marks { $marks } --comment "…"
review-written = Review { $r } of conversation { $n } is kept; the counselor can read it.
review-answered = Your answer to review { $r } is kept.
reviews-none = There are no reviews.
review-head = Review { $r } · conversation { $n } · { $who } · by { $by } · { $at }
review-said = Answer { $at }: { $text }
review-unread = not read yet
error-review_number = Which one? The number is missing.
next-review_number = munja review sample
error-review_text = There is nothing to send: write your answer.
next-review_text = munja review answer { $n } "…"
error-announce_end = A notice is not taken back; it is listed for 24 hours.
next-announce_end = munja announce "..." tells what holds now.
error-unknown_kind = There is no kind “{ $what }”. Known: { $known }
next-unknown_kind = munja watch --kind urgent,text_in
error-unknown_desk = There is no desk { $desk }: { $known }
next-unknown_desk = munja desks lists them.
error-bad_marks = Marks do not fit the sheet at: { $what }. Every point needs one: { $sheet }
next-bad_marks = munja review sheet
coaching-title = To speak about, { $from } to { $to }
coaching-none = Nothing: no low score, no late first answer, nobody who came back.
coaching-low_score = low score
coaching-slow_answer = late first answer
coaching-came_back = came back within 72 hours
load-title = What counselors had to bear
load-none = No danger answered and no words of abuse in the last 30 days.
incentive-title = Points, { $from } to { $to } (version of the rules: { $version })
incentive-once = once a consultation
incentive-none = Nobody has points.
incentive-how = Every point with its event: --csv FILE or --json
error-report_csv_only = This list is no page and no workbook: use --csv or --json.
next-report_csv_only = munja report { $about } --csv { $about }.csv
head-restricted = Restricted until
head-by = By
head-opted-out = Opted out
announced = Told to everybody at a desk.
announced-none = Nothing was told to everybody in the last 24 hours.
restricted-more = … and { $n } more; use --limit to see more.
restricted-none = Nobody is restricted, and nobody has opted out.
list-empty-of = They hold no conversation.
cmd-edit = Edit canned replies, categories, automatic texts or words of danger (supervisors).
    .examples =
        Opens the list in your editor. What would change is shown and asked; then it is in force at once, for everybody. What cannot be used is named with its line, and nothing is stored. Your version holds in place of the operator's file until you go back to that. Words of danger are only ever added to those that are there. Without a list: which versions hold.
        Exit code 7: somebody stored a newer version meanwhile.

        Examples:
          munja edit                                   which versions are in force
          munja edit replies
          munja edit categories --from new.toml --reason "new list of the city" --yes
          munja edit words --from words.toml --check   only what would change, and how often the words stand in texts
          munja edit replies --history
          munja edit replies --show 3
          munja edit replies --restore 3 --reason "the old one was better"
          munja edit replies --operator-file --reason "back to the file"
          munja edit texts --print > texts.toml
arg-edit-list = replies, categories, texts (automatic ones) or words (of danger)
arg-edit-from = Take the list from this file (- is standard input) instead of an editor
arg-edit-check = Only say what would change; nothing is stored
arg-edit-reason = Why; kept with the version. Asked on a terminal
arg-edit-yes = Do not ask
arg-edit-print = Print the list as it is edited
arg-edit-history = Who stored which version, when and why
arg-edit-show = Print one version
arg-edit-restore = Store this version again
arg-edit-operator_file = Go back to the operator's file; your versions stay in the history
edit-source-built_in = built in
edit-source-file = the operator's file
edit-source-supervisor = supervisors' version
edit-version = version { $n }
edit-refused = Cannot be used, the operator's file is in force: { $why }
edit-line = line { $n }
edit-newer = Version { $n } is of { $who }, { $at }.
edit-added = New: { $entry }
edit-changed = Changed: { $key }: { $before } → { $after }
edit-removed = Gone: { $entry }
edit-uses = { $n ->
    [one] { $n } conversation has it, { $open } of them open. It keeps it; nobody can choose it any more.
   *[other] { $n } conversations have it, { $open } of them open. They keep it; nobody can choose it any more.
    }
edit-found = of the last texts ({ $texts }), it stands in { $n }
edit-more = … and { $n } more
edit-no-change = Nothing changes for anybody.
edit-version-kept = `version` at the head of the list stays as it is. It is kept with each conversation and shows by which list its category was chosen: raise it when categories come, go or change their meaning. For times and desks it may stay.
edit-words-from-now = New words hold for texts that come from now on. Texts that wait already are not judged again: look through them yourself (munja list).
edit-ask = Is that right, for everybody and at once? (y/n)
edit-ask-same = Store it as a version all the same? (y/n)
edit-why = Why? One line, kept with the version:
edit-again = Edit it again? (y/n)
edit-left = An earlier edit was not stored and lies in { $file }. To go on with it: munja edit { $list } --from { $file }. Remove the file if it is not wanted.
edit-kept = What you wrote lies in { $file }. To go on: munja edit { $list } --from { $file }
edit-unchanged = Nothing was changed.
edit-same = { $list }: the newest version says the same. Nothing was stored.
edit-stored = { $list }: version { $n } is in force.
edit-stored-file = { $list }: the operator's file is in force again (version { $n }).
edit-no-history = No supervisor has edited it.
error-edit_usage = Without a terminal the list comes from a file.
next-edit_usage = munja edit LIST --from FILE --reason TEXT --yes
error-edit_reason = A reason is needed; it is kept with the version.
next-edit_reason = --reason "..."
next-list_refused = Mend the lines named above, then try again.
error-list_too_large = The list is too large: at most 256 KiB. Nothing was stored.
next-list_too_large = Leave out what nobody needs, then try again.
next-list_changed = Put your changes into the newest version (munja edit LIST --print) and store that. Nobody's changes are overwritten.
error-edit_no_version = There is no version { $n } of { $list }.
next-edit_no_version = munja edit { $list } --history lists the versions.
cmd-bulletin = Add a sentence to receipts for a time, as in a storm or a strike (supervisors).
    .examples =
        The receipt is shown as it will arrive, and asked; in scripts give --yes. The sentence is dated, and ends by itself.
        A receipt that points to help never carries one. Alone it lists them.

        Examples:
          munja bulletin "버스가 눈 때문에 늦습니다." --until 18:00
          munja bulletin "Office closed." --until 12-05 --desk bukgu --yes
          munja bulletin list
          munja bulletin end 3
cmd-answer-all = Answer many who wait with one text (supervisors).
    .examples =
        Shows whom it would go to and asks; in scripts give --yes. These are left out, and named: dangers and what may be one, conversations that a colleague holds or that were promised an answer of their own, and citizens who write meanwhile. The same command again after a lost connection answers nobody twice. Exit code 7: some were left out while it was sent.

        Examples:
          munja answer-all "지금은 버스가 모두 늦습니다." --containing 버스
          munja answer-all "Line 1 runs again." --ids 12,13,20-25 --category 지하철 --close
arg-bulletin-text = The sentence, at most 200 characters; or list; or end and a number
arg-bulletin-until = When it ends by itself: 18:00, 2h, 12-05, at most 14 days ahead
arg-bulletin-desk = Only in the receipts of this desk (`munja desks`)
arg-bulletin-yes = Do not ask
arg-answer-all-text = The answer
arg-answer-all-desk = Only who waits at this desk (`munja desks`)
arg-answer-all-containing = Only citizens whose texts since the last answer have this word
arg-answer-all-ids = Only these conversations
arg-answer-all-category = What they are about (`munja categories`)
arg-answer-all-close = Close them after it
arg-answer-all-parts = Send it although it leaves as several texts
arg-answer-all-yes = Do not ask
language-ko = Korean
language-en = English
bulletin-preview = The receipt as it will arrive until { $at }:
bulletin-others = { $n ->
    [one] { $n } more bulletin holds now and stands in the same receipts.
   *[other] { $n } more bulletins hold now and stand in the same receipts.
    }
ask-bulletin = Add it to the receipts of { $desk } until { $at }? (y/n)
bulletin-begun = Bulletin { $n } holds until { $at }. munja bulletin end { $n } takes it back.
bulletin-repeated = Bulletin { $n } held already. It holds until { $at }.
bulletin-ended = No receipt carries bulletin { $n } any more.
bulletin-none = There is no bulletin.
bulletin-holds = until { $at }
bulletin-taken-back = taken back { $at }
bulletin-over = over { $at }
error-bulletin_usage = A bulletin needs a sentence and --until.
error-bulletin_end_usage = A bulletin is ended by its number, without --until.
next-bulletin_end_usage = munja bulletin end N; munja bulletin list shows the numbers
next-bulletin_usage = munja bulletin "..." --until 18:00; munja bulletin list; munja bulletin end N
error-not_agreed = Nothing was done: nobody agreed to it.
next-not_agreed = Look at what is shown, then give the same command with --yes.
error-bad_ids = These are no numbers of conversations, or more than 500.
next-bad_ids = --ids 12,13,20-25
error-answer_all_nobody = Nobody waits who could be answered so.
next-answer_all_nobody = munja list shows who waits.
error-answer_all_missed = { $count } did not get the answer.
next-answer_all_missed = Look at each: munja show N
answer-all-earlier = The same command was given before and its outcome is unknown: that one is repeated as it was.
answer-all-more = and { $n } more
answer-all-beyond = More than 500 wait: give the command again afterwards for the rest.
answer-all-left-out = left out { $n }: { $why }
left-out-in_danger = it is or may be a danger
left-out-claimed_by_other = a colleague holds it
left-out-claimed_by_other-named = { $name } holds it
left-out-promise_open = an answer of its own was promised
left-out-not_waiting = it has been answered
left-out-closed = it is closed
left-out-not_found = there is no such conversation
left-out-newer_texts = the citizen has written since
left-out-opted_out = the citizen wants no texts
left-out-category_needed = it needs a category
left-out-key_reused = it was answered with another text
ask-answer-all = { $n ->
    [one] Send this answer to { $n } citizen? (y/n)
   *[other] Send this answer to { $n } citizens? (y/n)
    }
ask-answer-all-close = { $n ->
    [one] Send this answer to { $n } citizen and close the conversation? (y/n)
   *[other] Send this answer to { $n } citizens and close their conversations? (y/n)
    }
answered-all = Answered: { $n }
answered-all-close = Answered and closed: { $n }
answered-all-before = { $n } of them had been answered by the first try.
answered-all-held = They leave in { $secs } s. To take all of them back before that: munja recall --all-of { $id }
recalled-all = Taken back: { $n }. These citizens wait again.
recalled-all-none = Nothing was taken back.
recalled-all-before = { $n } had not left before: taken back one by one, or stopped by a new text of the citizen.
recalled-all-left = { $n } had left and cannot be taken back, conversations { $which }
error-no_mass_answer = There is no such answer for many of yours of which anything could be taken back.
next-no_mass_answer = `munja answer-all` says the name. What has left cannot be taken back; send a correction if one is needed.
error-recall_all_left = { $count } had left already.
next-recall_all_left = Send a correction if one is needed: munja reply N
next-not_waiting = munja show { $n } shows what they were answered.
next-in_danger = munja show { $n }, then munja claim { $n }
next-no_receipts = The operator turns them on: receipt_texts in [service].
next-bulletin_empty = munja bulletin "TEXT" --until 18:00
next-bulletin_too_long = Shorten it.
next-bulletin_braces = Leave the braces out.
next-identity_number_to_many = Leave the number out.
next-dates_reversed = munja report 2026-11-01..2026-11-15
next-dates_in_future = munja report month
next-too_many_days = munja report 2026
next-bulletin_until = munja bulletin "TEXT" --until 18:00
next-bulletin_crowded = Shorten it, or end another one: munja bulletin, munja bulletin end N
cmd-practice = Practise in the real program, with invented citizens. Nothing of it reaches anybody.
    .examples =
        Starts a private gateway on this machine and opens the desk at it. Citizens write by themselves and react to what you do: a question, another department's question, abuse, danger, a false alarm, thanks. At the end it says what you did. It needs no log-in and no server.

        Examples:
          munja practice                   the terminal desk
          munja practice --plain           line by line
          munja practice --no-desk         use munja in another window; Ctrl-C twice ends it
          munja practice --at-once         all citizens write at once
arg-practice-plain = Line by line, for screen readers and poor links
arg-practice-no_desk = Open no desk: say how to use it from another window
arg-practice-at_once = All citizens write at once, and nobody asks again
practice-how = The practice runs at { $server }. In another window:
      export MUNJA_SERVER={ $server } XDG_CONFIG_HOME={ $folder }/config XDG_STATE_HOME={ $folder }/state
      munja next
    Ctrl-C twice here ends it.
practice-answered = { $all ->
    [one] Answered { $answered } of { $all } citizen.
   *[other] Answered { $answered } of all { $all } citizens.
    }
practice-time = { $lesson }: first answer after { $span }
practice-span = { $minutes ->
    [0] { $secs } s
   *[other] { $minutes } min { $secs } s
    }
practice-lesson-passed = { $lesson }: passed on to the other desk
practice-unanswered = { $lesson }: no answer
practice-lesson-question = Question, with another one after it
practice-lesson-transfer = Question for another department
practice-lesson-abuse = Abuse
practice-lesson-danger = Danger
practice-lesson-false_alarm = False alarm
practice-lesson-thanks = Question and thanks
practice-danger-first = Danger was answered before everybody else
practice-passed-on = Passed a question on to another desk ({ $how })
practice-ended-alarm = Ended an alarm with a reason ({ $how })
practice-warned = Warned about abuse ({ $how })
practice-closed = Closed a consultation with its category ({ $how })
practice-not-yet = · not yet: { $step }
practice-to-come = { $n ->
    [one] The practice was left early: { $n } of them had not written yet, and what that citizen would have taught was not practised.
   *[other] The practice was left early: { $n } of them had not written yet, and what they would have taught was not practised.
    }
practice-gone = Everything of this practice has been removed.
practice-again = Press Ctrl-C once more to end the practice.
