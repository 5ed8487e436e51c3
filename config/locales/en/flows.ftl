# Answers of flows: what is wanted when something else came. $min, $max and $example are numbers or dates.
flow-number-wanted = Please write a number, for instance { $example }.
flow-integer-wanted = Please write a whole number, for instance 3.
flow-number-between = Please write a number from { $min } to { $max }.
flow-integer-between = Please write a whole number from { $min } to { $max }.
flow-number-from = Please write a number, { $min } or more.
flow-number-until = Please write a number, { $max } or less.
flow-date-wanted = Please write a date, for instance { $example }.
flow-date-between = Please write a date from { $min } to { $max }.
flow-date-from = Please write a date, { $min } or later.
flow-date-until = Please write a date, { $max } or earlier.
flow-phone-wanted = Please write a phone number with its country code, for instance +998 90 123 45 67, or press the button below.
flow-email-wanted = Please write an e-mail address, for instance ada@example.org.
flow-file-wanted = Please send a file or a photo.
flow-photo-wanted = Please send a photo.
flow-document-wanted = Please send a file.
flow-file-large = This file is too large: please send one of at most { $max } MB.
flow-location-wanted = Please send a location: press the button below, or choose one with the paper clip.
flow-share-phone = Share my number
flow-share-location = Send my location
flow-skip = Skip
flow-webhook-wait = One moment please: we are still looking into it.
# What people write for today, tomorrow and the day after it; then how the twelve months' names begin.
flow-date-words = today, tomorrow, day after tomorrow
flow-date-months = jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec
