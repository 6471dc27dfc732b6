"""mailbot turns a support mailbox into a ticket desk: receive, deliver, remind."""
