"""Regular letters and reports: from plain rows to tables, and who gets them.

periods.py    days and months, and the moments in which they begin and end
figures.py    the rows that the tables of the desk give
counting.py   medians, shares and the parts of a whole
digest.py     every working day: what is new, due, late, with nobody
pendency.py   every week: what is open, by age, zone, office and module
monthly.py    every month: what came and what was done, against the month before
summary.py    the same figures by module, zone or staff member, for any period
board.py      the board of the leads: a period in figures, by promise, place and person
worked.py     working hours between very many pairs of moments
hourly.py     news that was held back, once an hour
bulletin.py   what one occasion writes
"""
