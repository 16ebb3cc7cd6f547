"""From due rows to delivered mails: our worker against Django's `send_mail` in a loop.

The same templates, the same people, the same SMTP server on this machine, in turn.
What both are asked: how many mails a second, and how much CPU a thousand cost.
"""
