/// Cuts the window into records; one for each layout.
protocol RecordCutter: AnyObject {
    /// Fills the batch with the window's next records, until it is full or the window holds no whole record more.
    /// - Parameter isLast: no bytes follow the window's, so that its end ends a record.
    func fill(_ batch: RecordBatch, isLast: Bool)
}
