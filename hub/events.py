"""What happened, announced by actions inside their transaction.

Each line is one event and its arguments. A listener that reaches outside the
database does so with transaction.on_commit. Callers of actions never announce.
"""

from django.dispatch import Signal

# messages: list[Message], at least one, in the order of their seqs per thread
messages_posted = Signal()

# thread_id, user_id, seq, at: a person's read mark moved forward to seq
thread_read = Signal()

# thread_id, user_id, seq, at: a person acknowledged message seq
message_acknowledged = Signal()

# attachment: received, published, refused or withdrawn (then with `withdrawn` True)
attachment_changed = Signal()

# reference, thread_ids, state, changed_at: a measure entered another state
measure_changed = Signal()

# step ("T1.reminder"), object_id, thread_id or None, sides, occasion (a date, a week or
# nothing): a deadline passed; whoever sits on one of these sides is to be told
deadline_passed = Signal()

# request_id, centre_ids, expires_at: a court asks for room, without saying for whom
availability_asked = Signal()

# request_id, user_id, centre_id: a centre answered the person who asked
availability_answered = Signal()

# user_ids: somebody gained or lost a seat, or an account was closed
rights_changed = Signal()

# thread_ids, side: nobody of that side answers for these threads any more
charge_released = Signal()

# session_key: a session was ended by its owner or an operator
session_ended = Signal()

# user_id: all sessions of a person were ended at once; whatever else lets them in ends
all_sessions_ended = Signal()

# email, name, locale, link_secret, code, request_id: a known person wants to sign in
sign_in_requested = Signal()

# centre_code, by_id, on_behalf: a centre's waiting times were declared or confirmed
waiting_declared = Signal()

# centre_code, court_codes, closure_id: days without reception, told in every thread
closure_announced = Signal()

# email, name, locale, organisation, role, place_id: somebody was given a place
member_invited = Signal()

# user_id, place_id: somebody has another role in the same organisation
role_changed = Signal()

# absence_id, user_id, substitute_id or None: somebody will be away
absence_entered = Signal()

# user_id, since: an absence with a substitute is over before its last day; since when
# it was known
absence_closed = Signal()

# user_id, organisation: a place was taken away or given up
member_left = Signal()

# The process is about to listen; it is told to end (a receiver of server_stops may
# return a coroutine, which is awaited before the process goes).
server_starts = Signal()
server_stops = Signal()
