# Dates and times.

# A time on another day: "30 Apr, 14:05", or with the year "30 Apr 2027, 14:05".
dates-with-time = { $day }, { $time }
dates-day = { $day } { $month }
dates-day-year = { $day } { $month } { $year }
# The last day of something: "the end of 30 Apr 2027".
dates-end-of-day = the end of { $day }
# The whole time, shown on hover: "Friday, 30 April 2027, 14:05:09 CEST".
dates-exact = { $weekday }, { $day } { $month } { $year }, { $time } { $zone }
# Months from January to December.
dates-month-short =
    { $month ->
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
    }
dates-month-long =
    { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }
# Days from Monday to Sunday.
dates-weekday =
    { $weekday ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }
