import StageKit
import Vocabulary

/// What was counted of some of the persons, in whatever codes: by an accumulator in those of its scan, by a partial in
/// numbers of its own. Places in flat lists are `cell * width + index`, by the widths of the plan's layout.
protocol MetricsPart {
    var cellCount: Int { get }
    func time(ofCell cell: Int) -> Int32
    /// A code for each dimension, -1 for null; nil for the rest of a time cell.
    func codes(ofCell cell: Int) -> [Int32]?
    func value(_ code: Int32, of dimension: Int) -> DimensionValue

    func count(_ place: Int) -> Int64
    func number(_ place: Int) -> Int128
    func isFilled(_ place: Int) -> UInt8
    func persons(_ place: Int) -> Int64
    func timePersons(_ place: Int) -> Int64
    func totalCount(_ index: Int) -> Int64
    func totalNumber(_ index: Int) -> Int128
    func totalPersons(_ index: Int) -> Int64
    var rowsOfNobody: Int64 { get }
    var foreignRows: Int64 { get }
    var hasClicks: Bool { get }

    /// Every pair of an entity of a kind and a cell, in no order; nil for so many orders without an id.
    func forEachEntity(_ kind: Int, _ body: (_ entity: Key128?, _ cell: Int, _ count: Int64) -> Void)
    func forEachMarked(_ body: (_ order: Key128, _ mark: Int32) -> Void)
    func forEachWaiting(_ body: (WaitingRefund) -> Void)
    func forEachPlace(_ body: (_ order: Key128, _ time: Int64, _ touch: ArraySlice<Int32>) -> Void)
    /// Every value of a kind and how often a cell has it, in no order.
    func forEachValue(_ kind: Int, _ body: (_ value: Int64, _ cell: Int, _ count: Int64) -> Void)
    /// The persons behind a figure, each with the cell that counts it, -1 where the row is no cell.
    func forEachListed(_ body: (_ person: ListedPerson, _ cell: Int) -> Void)
    func forEachTicket(_ body: (Key128, Ticket) -> Void)
    /// Per dimension whether `unassigned` has a code behind those of all stored values, and none in their order.
    var unassignedIsLast: [Bool] { get }
}
