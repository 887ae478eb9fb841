#pragma once

// JSON lines by simdjson behind a C interface: of each line the scalars at declared paths, as slices of bytes. A line is
// valid as a whole or gives nothing. No function throws.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define NM_NOEXCEPT noexcept
#else
#define NM_NOEXCEPT
#endif

typedef struct nm_json_reader nm_json_reader;

enum nm_json_outcome {
    NM_JSON_OK,
    NM_JSON_SYNTAX,
    NM_JSON_NOT_UTF8,
    NM_JSON_TOO_DEEP,
    NM_JSON_REPEATED_KEY,
    NM_JSON_NOT_AN_OBJECT,
    // An object or a list stands at a declared path, or no list at the exploded one.
    NM_JSON_NOT_A_VALUE,
    NM_JSON_NO_MEMORY,
};

// The bytes that nm_json_read must be able to read behind a line.
enum { NM_JSON_PADDING = 64, NM_JSON_MAX_DEPTH = 64 };

// A scalar: its value (a number, true or false as written, a string without quotes and escapes), and the token as it
// stands in the line. The value lies in the line or, where it had escapes, in the scratch memory (`is_unescaped`).
// `value` is NULL where the path leads nowhere or to null; `token` is NULL where it leads nowhere.
typedef struct {
    const char *value;
    size_t value_length;
    const char *token;
    size_t token_length;
    int is_unescaped;
} nm_json_value;

// NULL without memory.
nm_json_reader *nm_json_create(void) NM_NOEXCEPT;
void nm_json_destroy(nm_json_reader *reader) NM_NOEXCEPT;

// Declares the next path (the first is slot 0): keys and list indices between dots; a backslash takes the meaning from a
// dot or a backslash. False without memory.
int nm_json_add_path(nm_json_reader *reader, const char *path, size_t length) NM_NOEXCEPT;

// Declares, before any path, the path of a list of which each element gives a row; paths below it go on from the element.
// False without memory.
int nm_json_explode(nm_json_reader *reader, const char *path, size_t length) NM_NOEXCEPT;

// Reads one line. `scratch` has room for as many bytes as the line has; `*scratch_used` becomes what was taken of it.
// What it gives is valid until the next call, as long as line and scratch are.
enum nm_json_outcome nm_json_read(
    nm_json_reader *reader, const char *line, size_t length, char *scratch, size_t *scratch_used) NM_NOEXCEPT;

// Rows of the last line: the elements of the exploded list, or 1 where it has none.
size_t nm_json_row_count(const nm_json_reader *reader) NM_NOEXCEPT;

// The value of a slot in a row of the last line.
nm_json_value nm_json_get(const nm_json_reader *reader, size_t row, size_t slot) NM_NOEXCEPT;

// Whether a value of the last line holds a NUL character, which only an escape can bring.
int nm_json_has_nul(const nm_json_reader *reader) NM_NOEXCEPT;

// Whether bytes are UTF-8 without a NUL.
int nm_is_text(const char *bytes, size_t length) NM_NOEXCEPT;

#ifdef __cplusplus
}
#endif
