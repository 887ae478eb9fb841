/// What a segment of a file is to the snapshot before the one in the making.
enum Standing: Sendable {
    /// It is in both, and was resolved under the same rules: only what changed is looked at.
    case settled
    /// It is to be resolved as a whole.
    case arrived
    /// Only the snapshot before has it.
    case gone
}
