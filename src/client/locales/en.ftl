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

fate-held = waiting to be sent; can still be taken back
fate-queued = waiting to be sent
fate-sending = being sent
fate-in_doubt = may have arrived: don't send it again
fate-accepted = the carrier has it
fate-delivered = arrived { $at }
fate-undelivered = did not arrive
fate-failed = could not be sent
fate-expired = not sent in time
fate-cancelled = taken back
fate-unconfirmed = the carrier has it; not known whether it arrived

# What a carrier's code means (domain::delivery_reason::DeliveryReason).
meaning-delivered = the phone has it
meaning-phone_off = the carrier has it; the phone is switched off
meaning-no_coverage = the carrier has it; the phone has no reception
meaning-phone_full = the carrier has it; the phone's memory is full
meaning-no_such_number = there is no such number, or it is not in use
meaning-not_reachable = the carrier has it; the phone could not be reached
meaning-refused = the citizen's phone or contract refuses such texts
meaning-opted_out = the citizen texted STOP, and the carrier delivers nothing until they text START
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
class-one = { $kind } { $n }/{ $most } { $unit }
class-parts = { $kind } in { $parts } parts, { $n } { $unit }
unit-bytes = bytes
unit-segments = segments

photo-kept = photo { $id } · { $type } { $kilobytes } KB
photo-wanted = photo { $id } · being fetched from the carrier
photo-lost = photo { $id } · not received: { $why }
n-photos = [photos: { $n }]
loss-gone = the carrier does not have it any more, or refuses it
loss-too_large = it is too large
loss-not_a_photo = it is not a photo, or the file is broken
loss-too_many = too many photos came with one text
loss-not_offered = this carrier does not deliver photos
loss-not_in_time = the carrier did not deliver it in time
event-conversation = Conversation { $n }:
event-text_in = a text came in
event-text_in-late = a text came in late, long after it was sent
event-opened = a new conversation is waiting
event-reopened = the citizen wrote again and is waiting
event-answer_lost = text { $m } will not arrive; the citizen is waiting again
event-answer_lost-not_sent = the answer { $m } to a danger has not left yet; the citizen has heard nothing, and it rings again
event-photo_kept = a photo from the citizen was received
event-photo_lost = a photo could not be received; the citizen is told
event-claimed = { $who } took it
event-released = { $who } released it
event-replied = { $who } answered
event-closed = { $who } closed it
event-needs_decision = text { $m } is in doubt: a decision is needed
event-decided = { $who } decided about text { $m } ({ $detail })
event-quarantined = a text could not be read and was set aside; tell the operator
event-texts_may_be_lost = texts may be lost: an answer of { $detail } did not come whole; tell the operator
event-loss_acknowledged = the operator has looked into the lost answer of { $detail }
event-carrier_deaf = DEAF: no text from citizens can reach us ({ $detail }). Tell the operator at once
event-carrier_hears = texts from citizens reach us through { $detail } again
event-worker_restarted = worker { $detail } was restarted
event-logged_in = { $who } logged in
event-counselor_added = { $who } is a new counselor
event-counselor_disabled = the account of { $who } was disabled
event-message-held = text { $m }: waiting to be sent, can still be taken back
event-message-queued = text { $m }: waiting to be sent
event-message-sending = text { $m }: being sent
event-message-in_doubt = text { $m }: may have arrived, don't send it again
event-message-accepted = text { $m }: the carrier has it
event-message-delivered = text { $m }: arrived
event-message-undelivered = text { $m }: did not arrive
event-message-failed = text { $m }: could not be sent
event-message-expired = text { $m }: not sent in time
event-message-cancelled = text { $m }: taken back
event-message-unconfirmed = text { $m }: not known whether it arrived

error-bad_request = The server did not understand the request: { $detail }
error-unauthorized = You are not logged in, or the log-in has expired.
error-wrong_login = The log-in name or the password is wrong.
error-locked_out = Too many wrong tries: the account is locked.
error-not_found = There is nothing with the number { $n }.
error-nobody_waits = Nobody is waiting.
error-claimed_by_other = { $name } is talking with this citizen.
error-not_claimed = You don't hold this conversation.
error-newer_texts = Newer texts came in ({ $texts }). Nothing was sent or closed.
error-closed = The conversation is closed.
error-already_left = Too late: text { $n } has been sent.
error-not_in_doubt = Text { $n } is not in doubt any more.
error-key_reused = This reply was already accepted in an earlier try.
error-empty_text = The reply is empty; nothing was sent.
offer = It can be sent like this ({ $pairs }): { $text }
error-unencodable = The carrier can't carry these characters: { $characters }
error-too_long = The reply is too long, even in several parts; it was not sent.
error-body_too_large = The reply is far too long; it was not sent.
error-photo_not_here_yet = Photo { $n } is still being fetched from the carrier.
error-photo_lost = Photo { $n } could not be received from the carrier.
error-photo_too_large = The photo is too large to be sent.
error-not_a_photo = This file is not a photo that can be sent.
error-photos_not_taken = The carrier that sends replies takes no photos.
error-too_many_photos = One reply can't carry so many photos.
error-no_such_photo = One of the photos was not uploaded by you, or too long ago.
error-method_not_allowed = The server does not know this command.
error-too_slow = The request did not reach the server in time.
error-database_busy = The server is very busy.
error-database_full = The server's disk is full; nothing was stored.
error-database_broken = The server can't use its database.
error-internal = The server failed.
error-unreachable = The server can't be reached: { $server } ({ $why })
error-bad_answer = The answer from { $server } is not from a Munja server ({ $why }).
tier-1 = URGENT
tier-2 = look soon
note-note = note
note-transfer = passed on
note-return = given back
note-takeover = taken over
note-false_alarm = false alarm
note-warning = warned
note-restriction = restricted
note-reminder = reminder
note-promise = promise
purpose-survey = answer to the survey
purpose-opt_out = wants no automatic texts
purpose-opt_in = wants automatic texts again
purpose-restricted = sent while restricted
came-late = came late: sent { $at }
event-urgent = URGENT: danger. Look after it
event-released-idle = nobody worked on it; it is waiting again
event-claimed-takeover = { $who } took it over
event-adopted = its desk was removed; { $detail } has it now
event-acked = { $who } looks after the danger
event-alarm_ended = { $who } ended the alarm: no danger
event-escalated = URGENT: nobody has answered the citizen yet (call { $detail }). Supervisors, please look
event-escalated-idle = URGENT: the counselor who holds it does nothing. Supervisors, please look
event-noted = { $who } left a note
event-promised = { $who } promised an answer
event-promise_late = a promised answer is late; the citizen is told
event-reminder = { $who }: a reminder
event-transferred = { $who } passed it on to { $detail }
event-returned = { $who } gave it back
event-categorised = { $who } set the category
event-preference = { $who } noted what the citizen asked for
event-warned = { $who } warned the citizen
event-restricted = { $who } restricted the citizen
event-unrestricted = { $who } ended the restriction
event-opted_out = the citizen wants no automatic texts
event-opted_in = the citizen wants automatic texts again
event-survey_answered = the citizen answered the survey
event-flood = one sender writes very many texts; all are kept, but automatic texts stop

error-opted_out = The citizen wants no more texts and has not written since. Nothing was sent.
error-too_many_held = You hold as many waiting conversations as one person may.
error-supervisors_only = Only a supervisor may do this.
error-nothing_to_ack = The conversation is not urgent, or somebody already looks after it.
error-not_passed_on = The conversation was not passed on to you.
error-not_warned = The citizen was warned within the last day, or gets no automatic texts.
error-not_asked = The citizen was asked where they are a moment ago, or cannot be texted.
error-number_not_shown = The number is shown to who holds a danger, and to supervisors.
error-no_such_desk = There is no other desk with that key.
error-no_such_person = There is no other counselor with that log-in name.
error-no_such_category = No category matches, or several do.
error-category_needed = A category is needed to close the conversation.
error-danger_unanswered = Nobody has answered the citizen in danger yet.
error-too_many_dangers = You hold as many unanswered dangers as one person may.
error-not_your_desk = Conversation { $n } belongs to a desk you do not serve.
error-no_danger = Conversation { $n } has no alarm to end.
error-restricted = The citizen is not answered for a while, unless in danger; nothing was sent.
