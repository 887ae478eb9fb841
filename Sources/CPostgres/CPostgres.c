#include "CPostgres.h"

#include <dlfcn.h>
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif
#include <stdio.h>
#include <string.h>

// The functions of libpq in use, each once: the table, its loading and the check of its types against the header follow.
#define FUNCTIONS(X) \
    X(PQconninfoParse) X(PQconninfoFree) X(PQconnectStartParams) X(PQconnectPoll) X(PQsetErrorVerbosity) \
    X(PQsetNoticeProcessor) X(PQsetnonblocking) X(PQfinish) X(PQsocket) X(PQerrorMessage) X(PQhost) X(PQport) X(PQdb) \
    X(PQpass) X(PQsendQuery) X(PQconsumeInput) X(PQisBusy) X(PQflush) X(PQputCopyData) X(PQputCopyEnd) X(PQgetResult) \
    X(PQresultStatus) X(PQresultErrorField) X(PQresultErrorMessage) X(PQclear) X(PQntuples) X(PQnfields) \
    X(PQgetvalue) X(PQgetisnull) X(PQfreemem)

#define POINTER(name) __typeof__(&name) name##_;
static struct { FUNCTIONS(POINTER) } pq;
static int loaded = 0;

int cpg_load(char *problem, size_t room) {
    if (loaded) return 0;
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(problem, room, "%s", dlerror());
        return -1;
    }
#define LOAD(name) \
    *(void **)&pq.name##_ = dlsym(library, #name); \
    if (!pq.name##_) { \
        snprintf(problem, room, "libpq.so.5 has no function %s", #name); \
        dlclose(library); \
        return -1; \
    }
    FUNCTIONS(LOAD)
    loaded = 1;
    return 0;
}

static void copy(const char *text, char *to, size_t room) { snprintf(to, room, "%s", text ? text : ""); }

int cpg_parse(const char *text, char *password, size_t room) {
    char *problem = NULL;
    PQconninfoOption *options = pq.PQconninfoParse_(text, &problem);
    copy("", password, room);
    if (problem) pq.PQfreemem_(problem);
    if (!options) return -1;
    for (PQconninfoOption *option = options; option->keyword; option++) {
        if (!strcmp(option->keyword, "password")) copy(option->val, password, room);
    }
    pq.PQconninfoFree_(options);
    return 0;
}

// What the server only remarks on is nothing for a log.
static void ignore(void *argument, const char *message) { (void)argument; (void)message; }

void *cpg_connect(const char *const *keywords, const char *const *values) {
    PGconn *connection = pq.PQconnectStartParams_(keywords, values, 1);
    if (!connection) return NULL;
    // With the SQLSTATE in the text: while connecting there is no other way to it.
    pq.PQsetErrorVerbosity_(connection, PQERRORS_VERBOSE);
    pq.PQsetNoticeProcessor_(connection, ignore, NULL);
    return connection;
}

cpg_connect_state cpg_connect_go_on(void *connection) {
    switch (pq.PQconnectPoll_(connection)) {
    case PGRES_POLLING_READING: return CPG_CONNECT_READING;
    case PGRES_POLLING_WRITING: return CPG_CONNECT_WRITING;
    case PGRES_POLLING_OK:
        return pq.PQsetnonblocking_(connection, 1) == 0 ? CPG_CONNECT_DONE : CPG_CONNECT_FAILED;
    default: return CPG_CONNECT_FAILED;
    }
}

void cpg_finish(void *connection) { pq.PQfinish_(connection); }
int cpg_socket(const void *connection) { return pq.PQsocket_(connection); }
const char *cpg_error(const void *connection) { return pq.PQerrorMessage_(connection); }
const char *cpg_host(const void *connection) { return pq.PQhost_(connection); }
const char *cpg_port(const void *connection) { return pq.PQport_(connection); }
const char *cpg_database(const void *connection) { return pq.PQdb_(connection); }
const char *cpg_password(const void *connection) { return pq.PQpass_(connection); }
int cpg_send(void *connection, const char *sql) { return pq.PQsendQuery_(connection, sql); }
int cpg_consume(void *connection) { return pq.PQconsumeInput_(connection); }
int cpg_is_busy(void *connection) { return pq.PQisBusy_(connection); }
int cpg_flush(void *connection) { return pq.PQflush_(connection); }
int cpg_put(void *connection, const char *bytes, int count) { return pq.PQputCopyData_(connection, bytes, count); }
int cpg_put_end(void *connection) { return pq.PQputCopyEnd_(connection, NULL); }
void *cpg_result(void *connection) { return pq.PQgetResult_(connection); }

cpg_result_state cpg_state(const void *result) {
    switch (pq.PQresultStatus_(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY: return CPG_DONE;
    case PGRES_TUPLES_OK: return CPG_ROWS;
    case PGRES_COPY_IN: return CPG_COPYING;
    default: return CPG_FAILED;
    }
}

void cpg_clear(void *result) { pq.PQclear_(result); }
const char *cpg_sqlstate(const void *result) { return pq.PQresultErrorField_(result, PG_DIAG_SQLSTATE); }

const char *cpg_message(const void *result) {
    const char *message = pq.PQresultErrorField_(result, PG_DIAG_MESSAGE_PRIMARY);
    return message ? message : pq.PQresultErrorMessage_(result);
}

int cpg_rows(const void *result) { return pq.PQntuples_(result); }
int cpg_columns(const void *result) { return pq.PQnfields_(result); }

const char *cpg_value(const void *result, int row, int column) {
    return pq.PQgetisnull_(result, row, column) ? NULL : pq.PQgetvalue_(result, row, column);
}
