import Stages

StageMain.run()
