-- What must hold at any moment, whatever counselors, citizens, timers and crashes have done. Each query names the rows that
-- break it, and there may be none. Read by the random histories of src/store/tests/model.rs and by tests/it/simulation.rs.

-- danger is never silent: what nobody has answered has an alarm and waits for us
SELECT id FROM conversation
WHERE (danger = 'ringing' OR danger = 'looked_after')
  AND (alarm_from_at IS NULL OR state NOT IN ('waiting', 'active') OR tier IS NOT 1);

-- danger is never silent: each text of danger rang
SELECT i.id FROM inbox i
WHERE i.state = 'routed' AND i.tier = 1
  AND NOT EXISTS (SELECT 1 FROM event e WHERE e.conversation_id = i.conversation_id AND e.kind = 'urgent' AND e.at = i.routed_at);

-- danger is never silent: an alarm ends by a person's answer, or by name with a reason
SELECT c.id FROM conversation c
WHERE c.danger IN ('answered', 'ended')
  AND NOT EXISTS (SELECT 1 FROM event e
                  WHERE e.conversation_id = c.id AND e.kind IN ('replied', 'alarm_ended') AND e.counselor_id IS NOT NULL
                    AND e.seq > (SELECT max(u.seq) FROM event u WHERE u.conversation_id = c.id AND u.kind = 'urgent'));

-- at most one holder: whoever holds it is who claimed it last
SELECT c.id FROM conversation c
WHERE c.claimed_by IS NOT (
    SELECT CASE WHEN e.kind = 'claimed' THEN e.counselor_id END FROM event e
    WHERE e.conversation_id = c.id
      AND e.kind IN ('claimed', 'released', 'closed', 'restricted', 'transferred', 'returned')
    ORDER BY e.seq DESC LIMIT 1);

-- at most one holder: nobody claims what somebody holds, but a supervisor who takes over
SELECT e.seq FROM event e
WHERE e.kind = 'claimed' AND e.detail IS NOT 'takeover'
  AND (SELECT b.kind FROM event b
       WHERE b.conversation_id = e.conversation_id AND b.seq < e.seq
         AND b.kind IN ('claimed', 'released', 'closed', 'restricted', 'transferred', 'returned')
       ORDER BY b.seq DESC LIMIT 1) = 'claimed';

-- no open conversation without a way forward: it waits, somebody holds it, or time goes on with it
SELECT id FROM conversation
WHERE state = 'answered' AND claimed_by IS NULL AND last_reply_at IS NULL AND promise_due_at IS NULL;

-- no open conversation without a way forward: who is offered it does not have it for ever
SELECT id FROM conversation WHERE (offered_to IS NULL) <> (offered_until_at IS NULL);

-- each text is answered, merged or closed with a reason
SELECT id FROM inbox WHERE state = 'routed' AND conversation_id NOT IN (SELECT id FROM conversation);

-- each text is answered, merged or closed with a reason: no close over a text that nobody has seen to
SELECT c.id FROM conversation c
WHERE c.state = 'closed'
  AND NOT EXISTS (SELECT 1 FROM event e
                  WHERE e.conversation_id = c.id AND e.kind IN ('closed', 'restricted')
                    AND e.seq >= (SELECT max(o.seq) FROM event o
                                  WHERE o.conversation_id = c.id AND o.kind IN ('opened', 'reopened', 'answer_lost')));

-- each text has its place: the send guard compares with the last question
SELECT c.id FROM conversation c
WHERE c.last_inbound_seq <> (SELECT max(i.seq) FROM inbox i WHERE i.conversation_id = c.id
                            AND (i.purpose = 'question' OR i.purpose = 'staff'))
  AND c.id NOT IN (SELECT conversation_id FROM duty_line);

-- no automatic text is an answer of a counselor
SELECT id FROM outbox WHERE (notice IS NULL) <> (reply_id IS NOT NULL AND author_id IS NOT NULL);
