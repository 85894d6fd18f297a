# Dates and times.

# A time on another day: "30 Apr, 14:05", or with the year "30 Apr 2027, 14:05".
dates-with-time = { $day }, { $time }
dates-day = { $day ->
        [1] 1er
       *[other] { $day }
    } { $month }
dates-day-year = { $day ->
        [1] 1er
       *[other] { $day }
    } { $month } { $year }
# The last day of something: "the end of 30 Apr 2027".
dates-end-of-day = la fin du { $day }
# The whole time, shown on hover: "Friday, 30 April 2027, 14:05:09 CEST".
dates-exact = { $weekday } { $day ->
        [1] 1er
       *[other] { $day }
    } { $month } { $year } à { $time } { $zone }
# Months from January to December.
dates-month-short =
    { $month ->
        [1] janv.
        [2] févr.
        [3] mars
        [4] avr.
        [5] mai
        [6] juin
        [7] juil.
        [8] août
        [9] sept.
        [10] oct.
        [11] nov.
       *[12] déc.
    }
dates-month-long =
    { $month ->
        [1] janvier
        [2] février
        [3] mars
        [4] avril
        [5] mai
        [6] juin
        [7] juillet
        [8] août
        [9] septembre
        [10] octobre
        [11] novembre
       *[12] décembre
    }
# Days from Monday to Sunday.
dates-weekday =
    { $weekday ->
        [1] lundi
        [2] mardi
        [3] mercredi
        [4] jeudi
        [5] vendredi
        [6] samedi
       *[7] dimanche
    }
