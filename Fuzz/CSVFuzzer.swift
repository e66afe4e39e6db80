// A libFuzzer target: any bytes as an order log, and as a file of customers' attributes. No trap, and the result does
// not depend on how the file is cut into pieces or on which parser reads its rows. Built and run by Fuzz/fuzz.sh.

import Columns
import Glibc
import Ingest

/// A file in memory without a name, written anew for every input.
private let file = {
  var name = Array("/dev/shm/strata-fuzz-XXXXXX".utf8CString)
  let file = mkstemp(&name)
  precondition(file >= 0 && unlink(name) == 0, "no file in memory")
  return file
}()
private let path = "/proc/self/fd/\(file)"

/// What an order log gives; equal whatever the tuning.
private struct Outcome: Equatable {
  var failure: String?
  var report = IngestReport()
  var customers: [String] = []
  var codes: [UInt32] = []
  var starts: [UInt32] = []
  var days: [Int32] = []
  var amounts: [Int64] = []
  var orders: [UInt64]?
  var rejects: [RejectedRow] = []

  init(_ tuning: IngestTuning) {
    var options = IngestOptions()
    options.tuning = tuning
    options.rejectLimit = .share(1)
    var rows: [RejectedRow] = []
    do throws(IngestError) {
      let batch = try ingest([path], options: options, onReject: { rows.append($0) })
      report = batch.report
      for index in report.files.indices { report.files[index].contentHash = 0 }
      customers = batch.newCustomers.array
      let table = try batch.table()
      codes = values(table.customerCodes)
      starts = values(table.rowStarts)
      days = values(table.days)
      amounts = values(table.amounts)
      orders = table.orders.map { values($0) }
    } catch {
      failure = "\(error)"
    }
    rejects = rows
  }
}

private func values<Value: BitwiseCopyable>(_ buffer: AlignedBuffer<Value>) -> [Value] {
  (0..<buffer.count).map { buffer[$0] }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCSV(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  precondition(
    ftruncate(file, 0) == 0 && pwrite(file, bytes, count, 0) == count, "cannot write the input")
  // Inputs are 4 KiB at most: one task and one wave still hold them whole, without buffers of megabytes.
  var tuning = IngestTuning()
  tuning.taskByteCount = 1 << 16
  tuning.tasksPerWave = 2
  tuning.pieceByteCount = 1 << 13
  tuning.partitionCount = 1
  let whole = Outcome(tuning)
  tuning.taskByteCount = 64
  tuning.tasksPerWave = 2
  tuning.pieceByteCount = 16
  tuning.windowByteCount = 16
  tuning.partitionCount = 2
  tuning.usesPlainKernel = false
  tuning.usesDirectCodes = false
  let pieces = Outcome(tuning)
  precondition(whole == pieces, "the result depends on the pieces:\n\(whole)\n\(pieces)")

  var options = AttributeOptions()
  options.rejectLimit = .share(1)
  var counts: [[Int]] = []
  for rows in [4_096, 2] {
    options.tuning.chunkRowCount = rows
    options.tuning.waveByteCount = rows * 4
    do throws(IngestError) {
      let batch = try ingestAttributes([path], options: options)
      precondition(batch.columns.allSatisfy { $0.column.rowCount == batch.codes.count })
      counts.append([batch.codes.count, batch.newCustomers.count, batch.columns.count])
    } catch {
      counts.append([])
    }
  }
  precondition(counts[0] == counts[1], "the attributes depend on the pieces: \(counts)")
  return 0
}
