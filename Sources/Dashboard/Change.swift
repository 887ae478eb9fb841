/// The change between two values of a mart as people read it: points of a fraction, percent of anything else.
struct Change {
    let words: Words

    init(from then: Double, to now: Double, unit: String?) {
        if unit == "fraction" {
            let points = Shown.signed((now - then) * 100, places: 2)
            words = Words("\(points) pp", "\(points) 个百分点")
        } else if now == then {
            words = Words(same: "0%")
        } else if then == 0 {
            words = Words("from 0", "由 0 起")
        } else {
            words = Words(same: Shown.signed((now - then) / then.magnitude * 100, places: 1) + "%")
        }
    }
}
