/// Counts the rejects of one file by column and code.
struct RejectTally {
    private struct Reason: Hashable {
        var column: Int32
        var fault: Fault
    }

    private var groups: [Reason: RejectCount] = [:]
    private(set) var count = 0

    /// Counts one reject.
    /// - Parameters:
    ///   - column: the index of the column that failed; -1 where the record could not be cut.
    ///   - name: what that column is called.
    /// - Returns: whether it is the first of its reason.
    mutating func add(_ fault: Fault, column: Int32, name: String?, layout: LogFormat.Layout, record: Int) -> Bool {
        count += 1
        let reason = Reason(column: column, fault: fault)
        if let known = groups.index(forKey: reason) {
            groups.values[known].count += 1
            return false
        }
        groups[reason] = RejectCount(
            column: name, code: fault.code(column: name ?? "", layout: layout), count: 1, firstRecord: record)
        return true
    }

    /// In the order of the first record of each.
    var counts: [RejectCount] {
        groups.values.sorted { ($0.firstRecord, $0.code) < ($1.firstRecord, $1.code) }
    }
}
