#ifndef NIGHTMARKET_CPOSTGRES_H
#define NIGHTMARKET_CPOSTGRES_H

// libpq, loaded at its first use: no program of ours is linked against it, so that none pays for it at its start, and all
// of them run where it is not installed. Connections and results are opaque here; nothing else may be called before
// `cpg_load` has returned 0.

#include <stddef.h>

/// Loads libpq. Returns 0, or -1 and writes why not (at most `room` bytes with the final NUL).
int cpg_load(char *problem, size_t room);

/// Whether libpq can read a connection string, and the password in it ("" for none; at most `room` bytes).
int cpg_parse(const char *text, char *password, size_t room);

typedef enum { CPG_CONNECT_FAILED, CPG_CONNECT_READING, CPG_CONNECT_WRITING, CPG_CONNECT_DONE } cpg_connect_state;

/// Begins to connect; `keywords` and `values` end with NULL. Returns NULL only where there is no memory.
void *cpg_connect(const char *const *keywords, const char *const *values);
cpg_connect_state cpg_connect_go_on(void *connection);
void cpg_finish(void *connection);

int cpg_socket(const void *connection);
const char *cpg_error(const void *connection);
const char *cpg_host(const void *connection);
const char *cpg_port(const void *connection);
const char *cpg_database(const void *connection);
const char *cpg_password(const void *connection);

/// Each returns 1 where it worked.
int cpg_send(void *connection, const char *sql);
int cpg_consume(void *connection);
int cpg_is_busy(void *connection);
/// 0: all is sent; 1: the socket takes no more yet; -1: the connection is lost.
int cpg_flush(void *connection);

/// 1: taken; 0: the socket takes no more yet; -1: the connection is lost.
int cpg_put(void *connection, const char *bytes, int count);
int cpg_put_end(void *connection);

typedef enum { CPG_DONE, CPG_ROWS, CPG_COPYING, CPG_FAILED } cpg_result_state;

/// The next result of what was sent; NULL after the last.
void *cpg_result(void *connection);
cpg_result_state cpg_state(const void *result);
void cpg_clear(void *result);
/// The SQLSTATE of an error; NULL where the server did not give one, as it is gone.
const char *cpg_sqlstate(const void *result);
const char *cpg_message(const void *result);
int cpg_rows(const void *result);
int cpg_columns(const void *result);
/// NULL for a null.
const char *cpg_value(const void *result, int row, int column);

#endif
