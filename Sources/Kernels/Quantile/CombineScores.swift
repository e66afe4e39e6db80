/// Numbers every triple of scores: `((r − 1)·frequencyBins + f − 1)·monetaryBins + m − 1`; 0 where r is 0.
package func codesOfRFM(
  _ recency: UnsafeBufferPointer<UInt8>, _ frequency: UnsafeBufferPointer<UInt8>,
  _ monetary: UnsafeBufferPointer<UInt8>, frequencyBins: Int, monetaryBins: Int,
  into codes: UnsafeMutableBufferPointer<UInt16>
) {
  let count = codes.count
  precondition(recency.count == count && frequency.count == count && monetary.count == count)
  let f = UInt16(frequencyBins)
  let m = UInt16(monetaryBins)
  for i in 0..<count {
    let code =
      ((UInt16(recency[i]) &- 1) &* f &+ UInt16(frequency[i]) &- 1) &* m &+ UInt16(monetary[i]) &- 1
    codes[i] = recency[i] == 0 ? 0 : code
  }
}
