# Dates and times.

# A time on another day: "30 Apr, 14:05", or with the year "30 Apr 2027, 14:05".
dates-with-time = { $day } { $time }
dates-day = { $day } { $month }
dates-day-year = { $day } { $month } { $year }
# The last day of something: "the end of 30 Apr 2027".
dates-end-of-day = slutet av { $day }
# The whole time, shown on hover: "Friday, 30 April 2027, 14:05:09 CEST".
dates-exact = { $weekday } { $day } { $month } { $year } { $time } { $zone }
# Months from January to December.
dates-month-short =
    { $month ->
        [1] jan.
        [2] feb.
        [3] mars
        [4] apr.
        [5] maj
        [6] juni
        [7] juli
        [8] aug.
        [9] sep.
        [10] okt.
        [11] nov.
       *[12] dec.
    }
dates-month-long =
    { $month ->
        [1] januari
        [2] februari
        [3] mars
        [4] april
        [5] maj
        [6] juni
        [7] juli
        [8] augusti
        [9] september
        [10] oktober
        [11] november
       *[12] december
    }
# Days from Monday to Sunday.
dates-weekday =
    { $weekday ->
        [1] måndag
        [2] tisdag
        [3] onsdag
        [4] torsdag
        [5] fredag
        [6] lördag
       *[7] söndag
    }
