import Databases
import Testing

/// What libpq says of a connection that failed, as it says it with verbose errors.
@Suite struct PostgresWordsTests {
    @Test func onlyTheServersOwnStateIsARefusal() {
        let denied = [
            "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password authentication failed for user \"boss\"",
            "connection to server at \"127.0.0.1\", port 28015 failed: FATAL:  28000: no pg_hba.conf entry for host \"127.0.0.1\"",
            "connection to server at \"127.0.0.1\", port 5432 failed: 致命错误:  28P01: 用户 \"boss\" Password 认证失败",
            "connection to server at \"127.0.0.1\", port 5432 failed: fe_sendauth: no password supplied",
        ]
        for words in denied { #expect(PostgresConnection.isDenied(words), "\(words)") }
        let unreachable = [
            "connection to server at \"127.0.0.1\", port 28015 failed: Connection refused",
            "connection to server at \"127.0.0.1\", port 28000 failed: Connection refused",
            "could not translate host name \"28P01\" to address: Name or service not known",
            "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  57P03: the database system is starting up",
            "connection to server on socket \"/tmp/28000/.s.PGSQL.28000\" failed: No such file or directory", "",
        ]
        for words in unreachable { #expect(!PostgresConnection.isDenied(words), "\(words)") }
    }
}
