import Vocabulary

extension ProblemCode {
    /// The file cannot be read, or is not UTF-8.
    public static let manifestUnreadable = ProblemCode("manifest.unreadable", exit: .wrongManifest)
    /// The text is not YAML, or YAML of a kind that no manifest needs.
    public static let manifestSyntax = ProblemCode("manifest.syntax", exit: .wrongManifest)
    public static let unknownKey = ProblemCode("manifest.unknown-key", exit: .wrongManifest)
    public static let missingKey = ProblemCode("manifest.missing-key", exit: .wrongManifest)
    /// A value of another shape than its key asks for.
    public static let wrongValue = ProblemCode("manifest.wrong-value", exit: .wrongManifest)
    /// A name that nothing in the manifest defines.
    public static let undefinedName = ProblemCode("manifest.undefined-name", exit: .wrongManifest)
    /// Something that may be said once is said twice.
    public static let saidTwice = ProblemCode("manifest.said-twice", exit: .wrongManifest)
    /// A condition that cannot be read, or does not fit the columns.
    public static let wrongCondition = ProblemCode("manifest.wrong-condition", exit: .wrongManifest)
    /// Values that cannot hold together, such as a period that ends before it begins.
    public static let impossible = ProblemCode("manifest.impossible", exit: .wrongManifest)
    /// A `--set` that does not fit the manifest.
    public static let wrongOverride = ProblemCode("manifest.wrong-override", exit: .wrongManifest)
}
