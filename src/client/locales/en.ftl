# English. `ko.ftl` says the same things; a test compares them.
ago-now = just now
ago-minutes = { $n } min ago
ago-hours = { $n } h ago
ago-days = { $n } d ago
span-now = < 1 min
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } d
day-time = { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    } { $time }
year-day-time = { $year }-{ $month }-{ $day } { $time }
never = never
citizen = Citizen
automatic = Automatic
state-waiting = waiting
state-active = active
state-answered = answered
state-closed = closed
n-in-doubt = { $n } in doubt

fate-held = waiting to leave, can still be taken back
fate-queued = waiting to leave
fate-sending = leaving
fate-in_doubt = may have arrived: don't send it again
fate-accepted = the carrier has it
fate-delivered = arrived { $at }
fate-undelivered = did not arrive
fate-failed = could not be sent
fate-expired = not sent: it took too long
fate-cancelled = taken back
fate-unconfirmed = the carrier has it; no word whether it arrived

# What a carrier's code means (domain::fate::Meaning).
meaning-delivered = the phone has it
meaning-phone_off = the carrier has it; the phone is switched off
meaning-no_coverage = the carrier has it; the phone has no reception
meaning-phone_full = the carrier has it; the phone's memory is full
meaning-no_such_number = there is no such number, or it is not in use
meaning-not_reachable = the carrier has it; the phone could not be reached
meaning-refused = the citizen's phone or contract refuses such texts
meaning-spam = the carrier stopped it as spam
meaning-landline = the number is a landline; it gets no texts
meaning-bad_text = the carrier can't carry the text as it is written
meaning-too_long = the text or a photo is too large for the carrier
meaning-sender_not_allowed = the carrier does not accept our number as the sender; tell the operator
meaning-quota = our account lacks money or permission; tell the operator
meaning-night_block = the carrier does not send at this hour
meaning-duplicate = the carrier took it for a text it already had
meaning-expired = the carrier had it but could not hand it over in time
meaning-carrier_trouble = the carrier has trouble of its own
meaning-unknown = the carrier can't say whether it arrived

text-number = text { $m }
class-one = { $kind } { $bytes }/{ $most } bytes
class-parts = { $kind } in { $parts } parts, { $bytes } bytes

photo-kept = photo { $id } · { $type } { $kilobytes } KB
photo-wanted = photo { $id } · being fetched from the carrier
photo-lost = photo { $id } · lost: { $why }
n-photos = [photos: { $n }]
loss-gone = the carrier does not have it any more, or refuses it
loss-too_large = it is too large
loss-not_a_photo = it is no photo, or a broken file
loss-too_many = too many photos came with one text
loss-not_offered = this carrier hands over no photos
loss-not_in_time = the carrier did not hand it over in time
event-conversation = Conversation { $n }:
event-text_in = a text came in
event-opened = a new citizen waits
event-reopened = the citizen wrote again and waits
event-answer_lost = text { $m } will not arrive: the citizen waits again
event-photo_kept = a photo came
event-photo_lost = a photo was lost on its way to us; the citizen is told
event-claimed = { $who } took it
event-released = { $who } gave it back
event-replied = { $who } answered
event-closed = { $who } closed it
event-needs_decision = text { $m } is in doubt: a decision is needed
event-decided = { $who } decided about text { $m } ({ $detail })
event-quarantined = a text could not be read and was set aside; tell the operator
event-worker_restarted = worker { $detail } was started anew
event-logged_in = { $who } logged in
event-counselor_added = { $who } is a new counselor
event-counselor_disabled = { $who } was locked
event-message-held = text { $m }: waits, can be taken back
event-message-queued = text { $m }: waits to leave
event-message-sending = text { $m }: leaving
event-message-in_doubt = text { $m }: may have arrived, don't send it again
event-message-accepted = text { $m }: the carrier has it
event-message-delivered = text { $m }: arrived
event-message-undelivered = text { $m }: did not arrive
event-message-failed = text { $m }: could not be sent
event-message-expired = text { $m }: not sent, it took too long
event-message-cancelled = text { $m }: taken back
event-message-unconfirmed = text { $m }: no word whether it arrived

error-bad_request = The server did not understand the request: { $detail }
error-unauthorized = You are not logged in, or the log-in has expired.
error-wrong_login = The log-in name or the password is wrong.
error-locked_out = Too many wrong tries: the account is locked.
error-not_found = There is no number { $n }.
error-nobody_waits = Nobody waits.
error-claimed_by_other = { $name } is talking with this citizen.
error-not_claimed = You don't hold this conversation.
error-newer_texts = Newer texts came in ({ $texts }); nothing was sent or closed.
error-closed = The conversation is closed.
error-already_left = Too late: text { $n } has left.
error-not_in_doubt = Text { $n } is not in doubt any more.
error-key_reused = This answer was already taken in an earlier try.
error-empty_text = The answer is empty; nothing was sent.
offer = It could be sent so ({ $pairs }): { $text }
error-unencodable = The carrier can't carry these characters: { $characters }
error-too_long = The answer is too long, even in parts; it was not sent.
error-body_too_large = The answer is far too long; it was not sent.
error-photo_not_here_yet = Photo { $n } is still being fetched from the carrier.
error-photo_lost = Photo { $n } could not be fetched from the carrier.
error-photo_too_large = The photo is too large to be sent.
error-not_a_photo = This is no photo that can be sent.
error-photos_not_taken = The carrier that answers leave by takes no photos.
error-too_many_photos = These are more photos than go with one answer.
error-no_such_photo = One of the photos was not handed in by you, or too long ago.
error-method_not_allowed = The server does not know this command.
error-too_slow = The request reached the server too slowly.
error-database_busy = The server is very busy.
error-database_full = The server's disk is full; nothing was saved.
error-database_broken = The server can't use its database.
error-internal = The server made a mistake.
error-unreachable = The server can't be reached: { $server } ({ $why })
error-bad_answer = What answers at { $server } does not speak as Munja does ({ $why }).
tier-1 = URGENT
tier-2 = look soon
note-note = note
note-transfer = passed on
note-return = given back
note-takeover = taken over
note-warning = warned
note-restriction = restricted
note-reminder = reminder
note-promise = promise
purpose-survey = answer to the survey
purpose-opt_out = wants no automatic texts
purpose-opt_in = wants automatic texts again
purpose-restricted = while restricted
event-urgent = URGENT: danger. Look after it
event-released-idle = nobody worked on it: back in the queue
event-claimed-takeover = { $who } took it over
event-adopted = its desk is no more; { $detail } has it now
event-acked = { $who } looks after the urgent text
event-alarm_ended = { $who } ended the alarm: no danger
event-escalated = URGENT, nobody has looked after it yet ({ $detail }. call): supervisors, please
event-escalated-idle = URGENT, and who holds it does nothing: supervisors, please
event-noted = { $who } left a note
event-promised = { $who } promised an answer
event-promise_late = a promised answer is late; the citizen is told
event-reminder = { $who }: reminder
event-transferred = { $who } passed it on to { $detail }
event-returned = { $who } gave it back
event-categorised = { $who } said what it is about
event-preference = { $who } noted what the citizen asked for
event-warned = { $who } warned the citizen
event-restricted = { $who } restricted the citizen
event-unrestricted = { $who } ended the restriction
event-opted_out = the citizen wants no automatic texts
event-opted_in = the citizen wants automatic texts again
event-survey_answered = the citizen answered how it was
event-flood = very many texts of one sender: kept and shown, no automatic texts any more

error-opted_out = The citizen wants no more texts and has asked nothing since; nothing was sent.
error-too_many_held = You hold as many conversations that wait as you may.
error-supervisors_only = Only a supervisor may do this.
error-nothing_to_ack = It is not urgent, or somebody looks after it already.
error-not_passed_on = It was not passed on to you.
error-not_warned = They were warned within the last day, or get no automatic texts.
error-no_such_desk = There is no other desk of that name.
error-no_such_person = There is no other counselor of that log-in name.
error-no_such_category = No category fits, or several do.
error-category_needed = What was it about? Closing needs a category.
error-danger_unanswered = Nobody has answered the citizen in danger yet.
error-too_many_dangers = You hold as many unanswered dangers as one person may.
error-not_your_desk = Conversation { $n } belongs to a desk you do not serve.
error-no_danger = Conversation { $n } has no alarm to end.
error-restricted = The citizen is not answered for a while, unless in danger; nothing was sent.
