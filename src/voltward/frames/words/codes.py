"""Commands, answers, encryption, information types, and the parts of a frame that are no field."""

from voltward.frames.values import Reason
from voltward.frames.words.phrase import Phrase

UNKNOWN = Phrase("未知", "Unknown")

COMMANDS = {
    "vehicle_login": Phrase("车辆登入", "Vehicle login"),
    "realtime": Phrase("实时信息上报", "Real-time report"),
    "reissue": Phrase("补发信息上报", "Reissued report"),
    "vehicle_logout": Phrase("车辆登出", "Vehicle logout"),
    "platform_login": Phrase("平台登入", "Platform login"),
    "platform_logout": Phrase("平台登出", "Platform logout"),
    "heartbeat": Phrase("心跳", "Heartbeat"),
    "time_sync": Phrase("终端校时", "Time synchronisation"),
    "activation": Phrase("激活", "Activation"),
    "activation_response": Phrase("激活应答", "Activation response"),
    "key_exchange": Phrase("数据单元加密密钥交换", "Data unit key exchange"),
    "fault_result": Phrase("故障监测结果上报", "Fault monitoring result"),
    "hazard_result": Phrase("隐患监测结果上报", "Hazard monitoring result"),
    "handling": Phrase("故障及隐患处置信息上报", "Fault and hazard handling"),
    "accident": Phrase("事故信息上报", "Accident information"),
    "param_query": Phrase("参数查询", "Parameter query"),
    "param_set": Phrase("参数设置", "Parameter set"),
    "terminal_control": Phrase("车载终端控制", "Terminal control"),
    "hazard_feedback": Phrase("隐患监测结果反馈", "Hazard result feedback"),
}

ANSWERS = {
    "ok": Phrase("成功", "Success"),
    "error": Phrase("错误", "Error"),
    "vin_duplicate": Phrase("VIN重复", "VIN duplicate"),
    "vin_unknown": Phrase("VIN不存在", "VIN does not exist"),
    "signature_error": Phrase("验签错误", "Signature verification failed"),
    "structure_error": Phrase("数据结构错误", "Data structure error"),
    "decrypt_error": Phrase("解密错误", "Decryption failed"),
    "command": Phrase("命令包，非应答", "A command, not an answer"),
}

ENCRYPTIONS = {
    "none": Phrase("不加密", "Not encrypted"),
    "rsa": Phrase("RSA加密", "RSA"),
    "aes": Phrase("AES加密", "AES"),
    "sm2": Phrase("SM2加密", "SM2"),
    "sm4": Phrase("SM4加密", "SM4"),
    "abnormal": Phrase("异常", "Abnormal"),
    "invalid": Phrase("无效", "Invalid"),
}

INFO_TYPES = {
    "vehicle": Phrase("整车数据", "Vehicle"),
    "motors": Phrase("驱动电机数据", "Drive motors"),
    "2016.fuel_cell": Phrase("燃料电池数据", "Fuel cell"),
    "2025.fuel_cell": Phrase("燃料电池发动机及车载氢系统数据", "Fuel cell and hydrogen system"),
    "engine": Phrase("发动机数据", "Engine"),
    "position": Phrase("车辆位置数据", "Position"),
    "extremes": Phrase("极值数据", "Extreme values"),
    "alarms": Phrase("报警数据", "Alarms"),
    "2016.cell_voltages": Phrase("可充电储能装置电压数据", "Cell voltages"),
    "2016.probe_temps": Phrase("可充电储能装置温度数据", "Probe temperatures"),
    "2025.cell_voltages": Phrase("动力蓄电池最小并联单元电压数据", "Parallel-unit voltages"),
    "2025.probe_temps": Phrase("动力蓄电池温度数据", "Pack temperatures"),
    "fuel_cell_stacks": Phrase("燃料电池电堆数据", "Fuel cell stacks"),
    "supercapacitor": Phrase("超级电容器数据", "Supercapacitor"),
    "supercapacitor_extremes": Phrase("超级电容器极值数据", "Supercapacitor extreme values"),
    "custom": Phrase("自定义数据", "Custom data"),
    "extension": Phrase("GB/T 45688 扩展数据", "GB/T 45688 extension data"),
}

PARTS = {
    "start": Phrase("起始符", "Start"),
    "command": Phrase("命令标识", "Command"),
    "response": Phrase("应答标志", "Response flag"),
    "unique_id": Phrase("唯一识别码", "Unique id"),
    "encryption": Phrase("数据单元加密方式", "Data unit encryption"),
    "unit_length": Phrase("数据单元长度", "Data unit length"),
    "bcc": Phrase("校验码", "Check byte (BCC)"),
    "opaque": Phrase("数据单元（不解析）", "Data unit, not read"),
    "type": Phrase("信息类型标志", "Information type"),
    "count": Phrase("个数", "Count"),
    "length": Phrase("长度", "Length"),
    "marker": Phrase("签名起始标志", "Signature marker"),
    "separator": Phrase("分隔符", "Separator"),
    "parameter": Phrase("参数ID", "Parameter id"),
    "rest": Phrase("未能解析的数据", "Bytes not understood"),
    "here": Phrase("从此处起无法解析", "It cannot be read from here on"),
    "header": Phrase("数据包结构", "Frame"),
    "unit": Phrase("数据单元", "Data unit"),
    "custom_type": Phrase("自定义或预留的信息类型", "Custom or reserved information type"),
}

PROBLEMS = {
    "truncated": Phrase("数据包不完整", "The frame is cut short"),
    "bad_start": Phrase("起始符错误", "Not a start pair"),
    "bad_length": Phrase("数据单元长度超限", "The data unit length is too large"),
    "bad_bcc": Phrase("校验码错误", "The check byte is wrong"),
    "unknown_type": Phrase("未知的信息类型或参数", "Unknown information type or parameter"),
    "body_truncated": Phrase("数据单元不完整", "The data unit ends too early"),
    "trailing_bytes": Phrase("有多余的数据", "There are bytes too many"),
    "bad_time": Phrase("时间不存在", "There is no such time"),
    "not_hex": Phrase("不是十六进制", "Not hexadecimal"),
}

REASONS = {
    Reason.PRESENT: Phrase("有效", "Present"),
    Reason.ABNORMAL: Phrase("异常", "Abnormal"),
    Reason.INVALID: Phrase("无效", "Invalid"),
    Reason.OUT_OF_RANGE: Phrase("超出范围", "Out of range"),
    Reason.ABSENT: Phrase("未上报", "Not sent"),
}
