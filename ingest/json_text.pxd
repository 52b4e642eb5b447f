# cython: language_level=3
"""Where the values of a JSON text end, as RFC 8259 has it, for `record_scanner`.

A text is that of a bytes object, which ends with a NUL. No rule here passes over a NUL, and whoever
looks at eight bytes at once has asked whether there are eight. So no loop runs past the end,
whatever the text holds.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcmp, memcpy

cdef extern from *:
    int __builtin_ctzll(unsigned long long bits) noexcept nogil

ctypedef const unsigned char* Text

cdef enum:
    DEEPEST = 199  # brackets in brackets; a record's own make it as many as in `ingest.tolerant`
    IS_ESCAPED = 1  # a string has a backslash
    IS_HALF = 2  # a string has half a pair of surrogates, which is no character
    SECONDS_OF_A_DAY = 86400


cdef inline bint is_digit(unsigned char letter) noexcept:
    return 48 <= letter <= 57


cdef inline bint is_hexadecimal(unsigned char letter) noexcept:
    return is_digit(letter) or 65 <= letter <= 70 or 97 <= letter <= 102


cdef inline Py_ssize_t after_blanks(Text text, Py_ssize_t place) noexcept:
    while text[place] == b" " or text[place] == b"\n" or text[place] == b"\r" or text[place] == b"\t":
        place += 1
    return place


cdef inline uint64_t marks_of_stops(Text text) noexcept:
    """Of the next eight bytes, mark the first that is a quote, a backslash or a control character.

    Bytes after the first may be marked too, though they are none of these.
    """
    cdef uint64_t ones = <uint64_t>0x0101010101010101
    cdef uint64_t tops = <uint64_t>0x8080808080808080
    cdef uint64_t eight
    memcpy(&eight, text, 8)
    cdef uint64_t quotes = eight ^ (ones * c'"')
    cdef uint64_t backslashes = eight ^ (ones * c"\\")
    return (
        ((quotes - ones) & ~quotes)
        | ((backslashes - ones) & ~backslashes)
        | ((eight - ones * 32) & ~eight)
    ) & tops


cdef inline Py_ssize_t next_stop(Text text, Py_ssize_t place, Py_ssize_t size) noexcept:
    """Return where the next quote, backslash or control character is; the NUL is one."""
    cdef uint64_t marks
    while place + 8 <= size:
        marks = marks_of_stops(text + place)
        if marks:
            return place + (__builtin_ctzll(marks) >> 3)
        place += 8
    while text[place] >= 32 and text[place] != c'"' and text[place] != c"\\":
        place += 1
    return place


cdef inline Py_ssize_t end_of_escape(Text text, Py_ssize_t place, int* flags) noexcept:
    """Return the place after the escape whose backslash is at `place`, or -1."""
    cdef unsigned char letter = text[place + 1]
    cdef int number
    if letter != c"u":
        is_known = (
            letter == c'"' or letter == c"\\" or letter == c"/" or letter == c"b"
            or letter == c"f" or letter == c"n" or letter == c"r" or letter == c"t"
        )
        return place + 2 if is_known else -1
    for number in range(2, 6):
        if not is_hexadecimal(text[place + number]):
            return -1
    if (text[place + 2] | 32) != c"d" or text[place + 3] < c"8":
        return place + 6
    # A pair of surrogates is one character: \uD8.. to \uDB.., then \uDC.. to \uDF..
    letter = text[place + 3] | 32
    is_first = text[place + 3] == c"8" or text[place + 3] == c"9" or letter == c"a" or letter == c"b"
    if not (is_first and text[place + 6] == c"\\" and text[place + 7] == c"u"):
        flags[0] |= IS_HALF
        return place + 6
    for number in range(8, 12):
        if not is_hexadecimal(text[place + number]):
            return -1
    letter = text[place + 9] | 32
    if (text[place + 8] | 32) != c"d" or not (c"c" <= letter <= c"f"):
        flags[0] |= IS_HALF
        return place + 6
    return place + 12


cdef inline Py_ssize_t end_of_string(
    Text text, Py_ssize_t place, Py_ssize_t size, int* flags
) noexcept:
    """Return the place of the quote that ends the string whose first letter is at `place`, or -1."""
    while True:
        place = next_stop(text, place, size)
        if text[place] == c'"':
            return place
        if text[place] != c"\\":
            return -1
        flags[0] |= IS_ESCAPED
        place = end_of_escape(text, place, flags)
        if place < 0:
            return -1


cdef inline Py_ssize_t end_of_digits(Text text, Py_ssize_t place) noexcept:
    """Return the place after one digit or more, or -1."""
    if not is_digit(text[place]):
        return -1
    while is_digit(text[place]):
        place += 1
    return place


cdef inline Py_ssize_t end_of_number(Text text, Py_ssize_t place) noexcept:
    if text[place] == c"-":
        place += 1
    place = place + 1 if text[place] == c"0" else end_of_digits(text, place)
    if place >= 0 and text[place] == c".":
        place = end_of_digits(text, place + 1)
    if place >= 0 and (text[place] | 32) == c"e":
        place += 1
        if text[place] == c"+" or text[place] == c"-":
            place += 1
        place = end_of_digits(text, place)
    return place


cdef inline Py_ssize_t end_of_word(
    Text text, Py_ssize_t place, Py_ssize_t size, const char* word, Py_ssize_t letters
) noexcept:
    is_word = place + letters <= size and memcmp(text + place, word, letters) == 0
    return place + letters if is_word else -1


cdef inline Py_ssize_t end_of_scalar(
    Text text, Py_ssize_t place, Py_ssize_t size, int* flags
) noexcept:
    """Return the place after a value that is neither object nor list, or -1."""
    cdef unsigned char first = text[place]
    if first == c'"':
        place = end_of_string(text, place + 1, size, flags)
        return place + 1 if place >= 0 else -1
    if first == c"t":
        return end_of_word(text, place, size, b"true", 4)
    if first == c"f":
        return end_of_word(text, place, size, b"false", 5)
    if first == c"n":
        return end_of_word(text, place, size, b"null", 4)
    return end_of_number(text, place)


cdef inline Py_ssize_t value_after_name(
    Text text, Py_ssize_t place, Py_ssize_t size, int* flags
) noexcept:
    """Return the place of the value whose name begins at `place`, or -1."""
    if text[place] != c'"':
        return -1
    place = end_of_string(text, place + 1, size, flags)
    if place < 0:
        return -1
    place = after_blanks(text, place + 1)
    return after_blanks(text, place + 1) if text[place] == c":" else -1


cdef inline Py_ssize_t end_of_value(
    Text text, Py_ssize_t place, Py_ssize_t size, int* flags
) noexcept:
    """Return the place after the value at `place`; -1 if it is none, or nested too deep."""
    cdef unsigned char closing[DEEPEST]
    cdef int depth = 0
    cdef unsigned char letter
    while place >= 0:
        letter = text[place]
        if letter == c"{" or letter == c"[":
            if depth == DEEPEST:
                return -1
            closing[depth] = letter + 2  # as } is to { and ] to [
            depth += 1
            place = after_blanks(text, place + 1)
            if text[place] != letter + 2:
                if letter == c"{":
                    place = value_after_name(text, place, size, flags)
                continue
        else:
            place = end_of_scalar(text, place, size, flags)
            if place < 0 or depth == 0:
                return place
            place = after_blanks(text, place)
        # What is at `place` now closes brackets, or separates values.
        while text[place] == closing[depth - 1]:
            depth -= 1
            place += 1
            if depth == 0:
                return place
            place = after_blanks(text, place)
        if text[place] != c",":
            return -1
        place = after_blanks(text, place + 1)
        if closing[depth - 1] == c"}":
            place = value_after_name(text, place, size, flags)
    return -1


cdef inline int number_of_two(Text text) noexcept:
    return (text[0] - 48) * 10 + (text[1] - 48)


cdef inline bint is_time(Text text, Py_ssize_t size, int64_t* seconds) noexcept:
    """Say whether the text is a moment as in 2026-01-31T22:41:00Z; give its seconds since 1970."""
    cdef const char* form = b"0000-00-00T00:00:00Z"
    cdef int place
    if size != 20:
        return False
    for place in range(20):
        if not (is_digit(text[place]) if form[place] == c"0" else text[place] == form[place]):
            return False
    cdef int year = number_of_two(text) * 100 + number_of_two(text + 2)
    cdef int month = number_of_two(text + 5)
    cdef int day = number_of_two(text + 8)
    cdef int hour = number_of_two(text + 11)
    cdef int minute = number_of_two(text + 14)
    cdef int second = number_of_two(text + 17)
    if year < 1 or not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 59:
        return False
    if not 1 <= day <= days_in_month(year, month):
        return False
    cdef int64_t days = days_since_1970(year, month, day)
    seconds[0] = days * SECONDS_OF_A_DAY + hour * 3600 + minute * 60 + second
    return True


cdef inline int days_in_month(int year, int month) noexcept:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


cdef inline int64_t days_since_1970(int year, int month, int day) noexcept:
    """Count days of the Gregorian calendar in years that begin in March, leap day last."""
    cdef int march_year = year - 1 if month <= 2 else year
    cdef int march_month = month + 9 if month <= 2 else month - 3
    cdef int leap_days = march_year // 4 - march_year // 100 + march_year // 400
    return 365 * march_year + leap_days + (153 * march_month + 2) // 5 + day - 719469
