# Dates and times.

# A time on another day: "30 Apr, 14:05", or with the year "30 Apr 2027, 14:05".
dates-with-time = { $day }, { $time }
dates-day = { $day } { $month }
dates-day-year = { $day } { $month } { $year }
# The last day of something: "the end of 30 Apr 2027".
dates-end-of-day = el final del { $day }
# The whole time, shown on hover: "Friday, 30 April 2027, 14:05:09 CEST".
dates-exact = { $weekday }, { $day } de { $month } de { $year }, { $time } { $zone }
# Months from January to December.
dates-month-short =
    { $month ->
        [1] ene
        [2] feb
        [3] mar
        [4] abr
        [5] may
        [6] jun
        [7] jul
        [8] ago
        [9] sept
        [10] oct
        [11] nov
       *[12] dic
    }
dates-month-long =
    { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    }
# Days from Monday to Sunday.
dates-weekday =
    { $weekday ->
        [1] lunes
        [2] martes
        [3] miércoles
        [4] jueves
        [5] viernes
        [6] sábado
       *[7] domingo
    }
