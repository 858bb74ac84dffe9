# An interceptor script for Jasmin (`mointerceptor` in jCli): hands over each part of a citizen's long text by itself. Jasmin joins
# parts by their reference alone, and so loses and mixes those of different citizens. See carriers.md.
pdu = routable.pdu
words = pdu.params.get('short_message') or b''
if 'sar_msg_ref_num' in pdu.params:
    sar = [pdu.params.pop(name) for name in ('sar_msg_ref_num', 'sar_total_segments', 'sar_segment_seqnum')]
    pdu.params['short_message'] = bytes([5, 0, 3, sar[0] & 255, sar[1], sar[2]]) + words
elif words[:3] == b'\x05\x00\x03' and pdu.params.get('esm_class') is not None:
    pdu.params['esm_class'] = None
