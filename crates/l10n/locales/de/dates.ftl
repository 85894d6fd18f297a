# Dates and times.

# A time on another day: "30 Apr, 14:05", or with the year "30 Apr 2027, 14:05".
dates-with-time = { $day }, { $time }
dates-day = { $day }. { $month }
dates-day-year = { $day }. { $month } { $year }
# The last day of something: "the end of 30 Apr 2027".
dates-end-of-day = Ende des { $day }
# The whole time, shown on hover: "Friday, 30 April 2027, 14:05:09 CEST".
dates-exact = { $weekday }, { $day }. { $month } { $year }, { $time } { $zone }
# Months from January to December.
dates-month-short =
    { $month ->
        [1] Jan.
        [2] Feb.
        [3] März
        [4] Apr.
        [5] Mai
        [6] Juni
        [7] Juli
        [8] Aug.
        [9] Sept.
        [10] Okt.
        [11] Nov.
       *[12] Dez.
    }
dates-month-long =
    { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    }
# Days from Monday to Sunday.
dates-weekday =
    { $weekday ->
        [1] Montag
        [2] Dienstag
        [3] Mittwoch
        [4] Donnerstag
        [5] Freitag
        [6] Samstag
       *[7] Sonntag
    }
