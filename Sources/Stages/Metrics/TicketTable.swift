import Vocabulary

/// A ticket as its rows tell of it: first complaint, first response, first resolution; `.max` where there is none.
struct Ticket {
    var opened: Int64
    var responded: Int64
    var resolved: Int64
    /// The time cell of the first complaint; -1 outside the period, or where the node's condition leaves it out.
    var time: Int32
    /// The codes of the first complaint, one a dimension.
    var codes: [Int32]
}

/// Tickets by the keys of their ids.
struct TicketTable {
    private var tickets: [Key128: Ticket] = [:]

    var count: Int { tickets.count }

    /// Puts what is told of a ticket together. Of several first complaints at one instant one that counts comes first, then
    /// the least codes.
    /// - Parameter precedes: the order of codes where it is not that of their numbers.
    mutating func add(
        _ key: Key128, _ other: Ticket, precedes: ([Int32], [Int32]) -> Bool = { $0.lexicographicallyPrecedes($1) }
    ) {
        guard var ticket = tickets[key] else {
            tickets[key] = other
            return
        }
        ticket.responded = min(ticket.responded, other.responded)
        ticket.resolved = min(ticket.resolved, other.resolved)
        let isFirst =
            other.opened != ticket.opened
            ? other.opened < ticket.opened
            : (other.time < 0) != (ticket.time < 0) ? ticket.time < 0 : precedes(other.codes, ticket.codes)
        if isFirst {
            ticket.opened = other.opened
            ticket.time = other.time
            ticket.codes = other.codes
        }
        tickets[key] = ticket
    }

    /// Every ticket, in no order.
    func forEach(_ body: (Key128, Ticket) -> Void) {
        for (key, ticket) in tickets { body(key, ticket) }
    }
}
