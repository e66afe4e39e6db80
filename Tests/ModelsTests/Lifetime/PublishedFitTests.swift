import Columns
import Models
import Testing

@Suite struct PublishedFitTests {
  @Test func theCalibrationSampleHasThePublishedCounts() {
    #expect(CDNOW.calibration.count == 2_357)
    #expect(CDNOW.history.customerWeight == 2_357)
    #expect(CDNOW.history.frequencies.last == 29)
  }

  @Test func fitsMatchThePublishedOnes() {
    for kind in LifetimeModelKind.allCases {
      let fit = PurchaseModel.fit(kind, to: CDNOW.history, ruler: .week)
      print(fit.report.reportText)
    }
  }
}
