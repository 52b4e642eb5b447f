# cython: language_level=3
"""Memory that grows as bytes are put into it, for `record_scanner`."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int32_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

cdef enum:
    FIRST_ROOM = 4096
    MOST_KEPT = 16 * 1024 * 1024  # bytes of one buffer that are kept for what comes next

cdef struct Growing:
    char* data
    Py_ssize_t size
    Py_ssize_t room


cdef inline int make_room(Growing* buffer, Py_ssize_t more) except -1:
    cdef Py_ssize_t room = max(FIRST_ROOM, 2 * buffer.room, buffer.size + more)
    cdef char* data = <char*>realloc(buffer.data, room)
    if data == NULL:
        raise MemoryError
    buffer.data = data
    buffer.room = room
    return 0


cdef inline int put(Growing* buffer, const void* data, Py_ssize_t size) except -1:
    if buffer.size + size >= buffer.room:  # so that there is memory even for nothing
        make_room(buffer, size)
    memcpy(buffer.data + buffer.size, data, size)
    buffer.size += size
    return 0


cdef inline int put_number(Growing* buffer, int32_t number) except -1:
    return put(buffer, &number, sizeof(number))


cdef inline bytes content_of(Growing* buffer):
    return PyBytes_FromStringAndSize(buffer.data, buffer.size)


cdef inline void empty(Growing* buffer) noexcept:
    buffer.size = 0
    if buffer.room > MOST_KEPT:
        free(buffer.data)
        buffer.data = NULL
        buffer.room = 0
