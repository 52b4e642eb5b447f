# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Records of the documented form, straight from a log file's text into columns.

What makes this fast is what it leaves out: no Python value is made of what a record says, except of
texts that repeat, once each. It checks the whole text as JSON. A record that isn't of the
documented form is given back as text, to be read tolerantly. `records.py` declares the form, and
`record_scanner.pyi` the types.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memchr, memcmp, memcpy, memset

from ingest.growing cimport Growing, content_of, empty, put, put_number
from ingest.json_text cimport (
    IS_ESCAPED, IS_HALF, Text, after_blanks, end_of_string, end_of_value, is_time, value_after_name
)

import sys

import msgspec

if sys.byteorder != "little":
    raise ImportError("of eight bytes, the scanner takes the lowest for the first")

cdef enum:
    MOST_FIELDS = 48
    MOST_PARTS = 4  # fields of a resource
    MOST_COLUMNS = MOST_FIELDS + MOST_PARTS
    REMEMBERED = 1024  # texts of a column that are found without a dictionary
    MOST_UNUSUAL = 1000  # elements of a list
    NOTHING = -1

cdef enum Form:
    TEXT, CODE, FLAG, WORD, TIME, PART, NULLABLE_PART, CODED_PART, LIST

cdef enum Mark:  # of a value, a byte each
    IS_NULL, IS_THERE, IS_ABSENT

FORMS = {
    "text": TEXT, "code": CODE, "flag": FLAG, "word": WORD, "time": TIME, "part": PART,
    "nullable part": NULLABLE_PART, "coded part": CODED_PART, "list": LIST,
}

cdef struct Value:
    Text text  # NULL if it is absent
    Py_ssize_t size

cdef struct Remembered:
    Text text
    Py_ssize_t size
    uint64_t hash
    int32_t number


cdef inline uint64_t hash_of(Text text, Py_ssize_t size) noexcept:
    """Mix all bytes. Texts that are made to collide only cost a look into a dictionary."""
    cdef uint64_t value = size
    cdef uint64_t eight
    while size >= 8:
        memcpy(&eight, text, 8)
        value = (value ^ eight) * <uint64_t>0x9E3779B97F4A7C15
        value ^= value >> 32
        text += 8
        size -= 8
    eight = 0
    memcpy(&eight, text, size)
    value = (value ^ eight) * <uint64_t>0x9E3779B97F4A7C15
    return value ^ (value >> 32)


cdef class Codes:
    """The distinct texts of a column, numbered in the order in which they came."""

    cdef Remembered remembered[REMEMBERED]
    cdef dict numbers
    cdef list texts

    def __cinit__(self):
        self.numbers = {}
        self.texts = []

    cdef int cut(self, Py_ssize_t count) except -1:
        """Forget all but the first texts; it takes no longer than those that came after took."""
        if len(self.texts) == count:
            return 0
        memset(self.remembered, 0, sizeof(self.remembered))
        for text in self.texts[count:]:
            self.numbers.pop(text, None)
        del self.texts[count:]
        return 0

    cdef int32_t number_of(self, Text text, Py_ssize_t size) except -2:
        cdef uint64_t hash = hash_of(text, size)
        cdef Remembered* slot = &self.remembered[hash % REMEMBERED]
        if slot.text != NULL and slot.hash == hash and slot.size == size:
            if memcmp(slot.text, text, size) == 0:
                return slot.number
        cdef bytes own = PyBytes_FromStringAndSize(<const char*>text, size)
        cdef int32_t number = self.numbers.get(own, NOTHING)
        if number == NOTHING:
            number = len(self.texts)
            self.texts.append(own)
            self.numbers[own] = number
        own = <bytes>self.texts[number]  # which lives as long as the slot
        slot[0] = Remembered(<Text>PyBytes_AS_STRING(own), size, hash, number)
        return number


cdef class RecordScanner:
    """Collects the columns of records of the documented form.

    `fields` are the names of a record's fields, each with its form: text, code (a text that
    repeats), flag, word ("true" or "false"), time, part (any value but null and text), nullable
    part (any value but text), coded part (any value, and it repeats), or list (of objects whose
    fields, named by `parts`, are texts). A record has to have the first two: a text and a time.
    There is no other time, and at most one list. Columns are numbered as the fields, and after them
    the parts. A list of over `most_elements`, or a coded part of over `longest_coded` bytes, isn't
    of the documented form. Raises ValueError for too many fields.
    """

    cdef Py_ssize_t rows
    cdef int fields
    cdef int parts
    cdef int most_elements
    cdef Py_ssize_t longest_coded
    cdef list own_names
    cdef Value names[MOST_COLUMNS]
    cdef int forms[MOST_COLUMNS]
    cdef int expected[MOST_FIELDS + 1]  # the field that came last after each
    cdef list codes
    cdef Growing contents[MOST_COLUMNS]
    cdef Growing numbers[MOST_COLUMNS]
    cdef Growing marks[MOST_COLUMNS]
    cdef Growing places
    # Of the record that is being read:
    cdef Value values[MOST_FIELDS]
    cdef int64_t moment
    cdef Growing elements
    cdef list unescaped

    def __cinit__(self, fields, parts, *, int most_elements, Py_ssize_t longest_coded):
        if len(fields) > MOST_FIELDS or len(parts) > MOST_PARTS:
            raise ValueError("more fields than there is room for")
        self.fields = len(fields)
        self.parts = len(parts)
        self.most_elements = most_elements
        self.longest_coded = longest_coded
        self.own_names = [name.encode() for name, _ in fields] + [name.encode() for name in parts]
        self.codes = [Codes() if "code" in form else None for _, form in fields]
        self.codes += [None] * self.parts
        self.unescaped = []
        cdef int column
        for column, name in enumerate(self.own_names):
            self.names[column] = Value(<Text>PyBytes_AS_STRING(name), len(name))
            self.forms[column] = FORMS[fields[column][1]] if column < self.fields else TEXT

    def __dealloc__(self):
        cdef int column
        for column in range(MOST_COLUMNS):
            free(self.contents[column].data)
            free(self.numbers[column].data)
            free(self.marks[column].data)
        free(self.places.data)
        free(self.elements.data)

    def first_record(self, bytes window not None):
        """Return the first element of a JSON list, if there is one."""
        cdef Text text = <Text>PyBytes_AS_STRING(window)
        cdef int flags = 0
        cdef Py_ssize_t start = after_blanks(text, 0)
        if text[start] != c"[":
            return None
        start = after_blanks(text, start + 1)
        cdef Py_ssize_t end = end_of_value(text, start, PyBytes_GET_SIZE(window), &flags)
        return window[start:end] if end >= 0 else None

    def scan(self, bytes window not None, Py_ssize_t first_index):
        """Take the records of a JSON list, UTF-8, numbered from `first_index` on.

        Returns how many elements the list has, and each that isn't a record of the documented form,
        with its number. Returns None, and takes nothing, if it isn't a JSON list, if it is nested
        too deep, or if over a thousand of its elements aren't of the documented form.
        """
        sizes = self.sizes()
        found = None
        try:
            found = self.records_of(window, first_index)
        finally:
            if found is None:
                self.cut(sizes)
        return found

    cdef records_of(self, bytes window, Py_ssize_t first_index):
        cdef Text text = <Text>PyBytes_AS_STRING(window)
        cdef Py_ssize_t size = PyBytes_GET_SIZE(window)
        cdef Py_ssize_t place = after_blanks(text, 0)
        cdef Py_ssize_t start
        cdef Py_ssize_t index = first_index
        cdef bint is_usual
        unusual = []
        if text[place] != c"[":
            return None
        place = after_blanks(text, place + 1)
        while text[place] != c"]":
            start = place
            is_usual = False
            place = self.read_record(window, text, start, size, &is_usual)
            if place < 0:
                return None
            if is_usual:
                self.keep_record(index)
            elif len(unusual) == MOST_UNUSUAL:
                return None
            else:
                unusual.append((index, window[start:place]))
            index += 1
            place = after_blanks(text, place)
            if text[place] != c",":
                break
            place = after_blanks(text, place + 1)
            if text[place] == c"]":
                return None
        if text[place] != c"]":
            return None
        return (index - first_index, unusual) if after_blanks(text, place + 1) == size else None

    cdef Py_ssize_t read_record(
        self, bytes window, Text text, Py_ssize_t place, Py_ssize_t size, bint* is_usual
    ) except -2:
        """Note a record's values; return the place after it, or -1 if it isn't JSON."""
        cdef Py_ssize_t name, start
        cdef int field
        cdef int last_field = self.fields
        cdef int flags = 0
        cdef bint is_documented = True
        memset(self.values, 0, sizeof(self.values))
        self.unescaped.clear()
        if text[place] != c"{":
            return end_of_value(text, place, size, &flags)
        place = after_blanks(text, place + 1)
        if text[place] == c"}":
            return place + 1
        while True:
            name = place + 1
            start = value_after_name(text, place, size, &flags)
            if start < 0:
                return -1
            field = self.field_named(text + name, last_field)
            flags = 0
            place = end_of_value(text, start, size, &flags)
            if place < 0:
                return -1
            if field < 0 or self.values[field].text != NULL or flags & IS_HALF:
                is_documented = False
            elif is_documented:
                is_documented = self.note_value(field, window, start, place, flags)
                last_field = field
            place = after_blanks(text, place)
            if text[place] == c"}":
                is_usual[0] = is_documented and self.says_what_it_must()
                return place + 1
            if text[place] != c",":
                return -1
            place = after_blanks(text, place + 1)

    cdef int field_named(self, Text name, int last_field) noexcept:
        """Return the field whose name begins here, or -1; mostly it follows the same as before."""
        cdef int field = self.expected[last_field]
        if is_named(&self.names[field], name):
            return field
        for field in range(self.fields):
            if is_named(&self.names[field], name):
                self.expected[last_field] = field
                return field
        return -1

    cdef bint note_value(
        self, int field, bytes window, Py_ssize_t start, Py_ssize_t end, int flags
    ) except -1:
        """Note a field's value; say whether it has the documented form."""
        cdef Text text = <Text>PyBytes_AS_STRING(window)
        cdef unsigned char first = text[start]
        cdef int form = self.forms[field]
        self.values[field] = Value(text + start, end - start)
        if form == PART or form == NULLABLE_PART:
            return first != c'"' and (first != c"n" or form == NULLABLE_PART)
        if form == CODED_PART:
            return end - start <= self.longest_coded
        if form == FLAG:
            return first == c"t" or first == c"f"
        if form == LIST:
            return first == c"[" and self.note_elements(text, start, end)
        if first != c'"':
            return False
        self.values[field] = Value(text + start + 1, end - start - 2)
        if form == TIME:
            return is_time(text + start + 1, end - start - 2, &self.moment)
        if form == WORD:
            return window[start:end] in (b'"true"', b'"false"')
        if flags & IS_ESCAPED:
            own = msgspec.json.decode(window[start:end], type=str).encode()
            self.unescaped.append(own)
            self.values[field] = Value(<Text>PyBytes_AS_STRING(own), len(own))
        return True

    cdef bint says_what_it_must(self) except -1:
        """Say whether the record has its first two fields, and the first isn't blank."""
        cdef Value* first = &self.values[0]
        if first.text == NULL or self.values[1].text == NULL:
            return False
        if first.size and 32 < first.text[0] < 127:
            return True
        return bool(first.text[: first.size].decode().strip())

    cdef bint note_elements(self, Text text, Py_ssize_t place, Py_ssize_t size) except -1:
        """Note the elements of a list that is known to be JSON; say whether they are plain."""
        cdef Value values[MOST_PARTS]
        cdef Py_ssize_t name, start
        cdef int part, flags = 0, count = 0
        self.elements.size = 0
        place = after_blanks(text, place + 1)
        while text[place] != c"]":
            memset(values, 0, sizeof(values))
            if text[place] != c"{" or count == self.most_elements:
                return False
            place = after_blanks(text, place + 1)
            while text[place] != c"}":
                name = place + 1
                start = value_after_name(text, place, size, &flags)
                part = self.part_named(text + name)
                if part < 0 or values[part].text != NULL or text[start] != c'"':
                    return False
                place = end_of_string(text, start + 1, size, &flags)
                values[part] = Value(text + start + 1, place - start - 1)
                place = after_next(text, place + 1)
            if flags:
                return False
            put(&self.elements, values, sizeof(values))
            count += 1
            place = after_next(text, place + 1)
        return True

    cdef int part_named(self, Text name) noexcept:
        cdef int part
        for part in range(self.parts):
            if is_named(&self.names[self.fields + part], name):
                return part
        return -1

    cdef int keep_record(self, Py_ssize_t index) except -1:
        cdef int64_t place = index
        cdef int field, form
        cdef Value* value
        for field in range(self.fields):
            value = &self.values[field]
            form = self.forms[field]
            if form == CODE or form == CODED_PART:
                self.keep_code(field, value)
            elif form == LIST:
                self.keep_elements(field, value)
            elif form == TIME:
                put(&self.contents[field], &self.moment, sizeof(self.moment))
            elif form == FLAG or form == WORD:
                self.keep_mark(field, IS_ABSENT if value.text == NULL else value.text[0] == c"t")
            else:
                self.keep_text(field, value)
        put(&self.places, &place, sizeof(place))
        self.rows += 1
        return 0

    cdef inline int keep_mark(self, int column, char mark) except -1:
        return put(&self.marks[column], &mark, 1)

    cdef inline int keep_code(self, int field, Value* value) except -1:
        cdef int32_t number = NOTHING
        if value.text != NULL:
            number = (<Codes>self.codes[field]).number_of(value.text, value.size)
        return put_number(&self.numbers[field], number)

    cdef inline int keep_text(self, int column, Value* value) except -1:
        """Keep a text, and where it ends among all of its column."""
        cdef bint is_null = self.forms[column] == NULLABLE_PART and value.text != NULL
        is_null = is_null and value.text[0] == c"n"
        if value.text == NULL or is_null:
            self.keep_mark(column, IS_NULL if is_null else IS_ABSENT)
        else:
            self.keep_mark(column, IS_THERE)
            put(&self.contents[column], value.text, value.size)
        if self.contents[column].size > 2**31 - 1:
            raise OverflowError("a column's text has over 2 GiB")
        return put_number(&self.numbers[column], <int32_t>self.contents[column].size)

    cdef int keep_elements(self, int field, Value* value) except -1:
        cdef int32_t count = NOTHING
        cdef int32_t element
        cdef int part
        cdef Value* values = <Value*>self.elements.data
        if value.text != NULL:
            count = <int32_t>(self.elements.size // (MOST_PARTS * sizeof(Value)))
            for element in range(count):
                for part in range(self.parts):
                    self.keep_text(self.fields + part, &values[element * MOST_PARTS + part])
        return put_number(&self.numbers[field], count)

    cdef list sizes(self):
        cdef int column
        sizes = [(self.rows, self.places.size)]
        for column in range(self.fields + self.parts):
            codes = self.codes[column]
            texts = 0 if codes is None else len((<Codes>codes).texts)
            buffers = self.contents[column].size, self.numbers[column].size, self.marks[column].size
            sizes.append((*buffers, texts))
        return sizes

    cdef int cut(self, list sizes) except -1:
        """Forget all that came after these sizes were taken."""
        cdef int column
        self.rows, self.places.size = sizes[0]
        for column in range(self.fields + self.parts):
            content, numbers, marks, texts = sizes[column + 1]
            self.contents[column].size = content
            self.numbers[column].size = numbers
            self.marks[column].size = marks
            if self.codes[column] is not None:
                (<Codes>self.codes[column]).cut(texts)
        return 0

    def __len__(self):
        return self.rows

    def clear(self):
        """Forget all records."""
        cdef int column
        self.rows = 0
        empty(&self.places)
        empty(&self.elements)
        for column in range(self.fields + self.parts):
            empty(&self.contents[column])
            empty(&self.numbers[column])
            empty(&self.marks[column])
            if self.codes[column] is not None:
                self.codes[column] = Codes()

    def indexes(self):
        """Return the number of each record that was taken, as 64-bit integers."""
        return content_of(&self.places)

    def content(self, int column):
        """Return the texts of a column one after the other, or times as 64-bit seconds."""
        return content_of(&self.contents[self.existing(column)])

    def numbers_of(self, int column):
        """Return 32-bit integers: where each text ends, its number, or how long a list is.

        Of what is absent, the number and the length are -1.
        """
        return content_of(&self.numbers[self.existing(column)])

    def marks_of(self, int column):
        """Return a byte for each value: 0 for null or false, 1 for a text or true, 2 for absent."""
        return content_of(&self.marks[self.existing(column)])

    def mentions(self, int column, bytes word not None, int rarest):
        """Say whether the texts of a column, joined, have a word, in letters of either case.

        The word is in lower case; its letter at `rarest` is looked for first. As letters differ
        from capitals by one bit, so do | and the backslash: they are the same here.
        """
        cdef Growing* content = &self.contents[self.existing(column)]
        cdef Text letters = <Text>PyBytes_AS_STRING(word)
        cdef Py_ssize_t size = PyBytes_GET_SIZE(word)
        cdef int either
        for either in (letters[rarest], letters[rarest] & ~32):
            if has_word(<Text>content.data, content.size, letters, size, rarest, either):
                return True
        return False

    def codes_of(self, int column):
        """Return the distinct texts of a column, by number."""
        return (<Codes?>self.codes[self.existing(column)]).texts[:]

    cdef int existing(self, int column) except -1:
        if not 0 <= column < self.fields + self.parts:
            raise IndexError(f"there is no column {column}")
        return column


cdef inline bint is_named(Value* name, Text text) noexcept:
    """Say whether the text begins with this name and the quote after it.

    As the text ends with a NUL, comparing stops there at the latest.
    """
    cdef Py_ssize_t letter
    for letter in range(name.size):
        if text[letter] != name.text[letter]:
            return False
    return text[name.size] == c'"'


cdef inline Py_ssize_t after_next(Text text, Py_ssize_t place) noexcept:
    """Return the place after blanks and a comma, if there is one, and blanks."""
    place = after_blanks(text, place)
    return after_blanks(text, place + 1) if text[place] == c"," else place


cdef bint has_word(
    Text text, Py_ssize_t size, Text word, Py_ssize_t letters, Py_ssize_t rarest, int either
) noexcept:
    """Say whether the text has the word, of which the letter at `rarest` is `either` here."""
    if size < letters:
        return False
    cdef Text found = text + rarest
    cdef Text last = text + size - letters + rarest
    cdef Py_ssize_t letter
    while found <= last:
        found = <Text>memchr(found, either, last - found + 1)
        if found == NULL:
            return False
        for letter in range(letters):
            if (found[letter - rarest] | 32) != word[letter]:
                break
        else:
            return True
        found += 1
    return False
