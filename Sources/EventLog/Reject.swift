/// A record that became no event: where it lies, which column failed, and why.
public struct Reject: Sendable, Codable, Hashable {
    public var file: String
    /// The number of the record in its file, from 1; a header is no record, nor is a blank line.
    public var record: Int
    /// Our name of the column that failed; nil where the record itself could not be cut.
    public var column: String?
    /// A stable code, such as `decimal.invalid`.
    public var code: String
    /// The same for a person; it never holds the value.
    public var reason: String
    /// The record as in the file, with `***` for private columns; at most 4 KB, then `…`. Bytes that are not UTF-8 are
    /// written as `\xHH`. A record whose fields cannot be told apart is `***` as a whole if the source has private
    /// columns.
    public var payload: String

    public init(file: String, record: Int, column: String?, code: String, reason: String, payload: String) {
        self.file = file
        self.record = record
        self.column = column
        self.code = code
        self.reason = reason
        self.payload = payload
    }
}

/// The rejects of one file that have column and code in common.
public struct RejectCount: Sendable, Codable, Hashable {
    public var column: String?
    public var code: String
    public var count: Int
    /// The number of the first of these records in the file.
    public var firstRecord: Int

    public init(column: String?, code: String, count: Int, firstRecord: Int) {
        self.column = column
        self.code = code
        self.count = count
        self.firstRecord = firstRecord
    }
}
