/**
 * Words for the account: every script, and on purpose everything that has ever broken an export. Addresses and
 * numbers are fictitious by construction: `example.com` (RFC 2606) and 555-01xx (NANP's range for fiction).
 */
import type { Random } from './random.js'

const givenNames = [
  'Ada',
  'Grace',
  'José',
  'Zoë',
  'Björk',
  'Nguyễn',
  'Дмитрий',
  'Оксана',
  'محمد',
  'ليلى',
  'אברהם',
  'נועה',
  '伟',
  '美咲',
  '지우',
  'अर्जुन',
  'প্রিয়া',
  'தமிழ்',
  'สมชาย',
  'Ελένη',
  'გიორგი',
  'Հայկ',
  'O’Neil',
  "D'Arcy",
  'Anne-Marie',
  'Ünal',
] as const

const familyNames = [
  'Lovelace',
  'Hopper',
  'García Márquez',
  'Müller-Lüdenscheidt',
  'Þórðardóttir',
  'Łukasiewicz',
  'Достоевская',
  'Шевченко',
  'الخوارزمي',
  'درويش',
  'בן־גוריון',
  '李',
  '田中',
  '김',
  'शर्मा',
  'চট্টোপাধ্যায়',
  'Παπαδοπούλου',
  "O'Brien",
  'van der Meer',
  'ʻŌkina',
  'Nuñez',
  'Smith',
  'Null',
  'True',
  'NaN',
  'Çelik',
] as const

/** Texts that break naive exports: quoting, escapes, direction marks, joined emoji, markup, and what looks like SQL. */
export const hostileTexts = [
  "Robert'); DROP TABLE contacts;--",
  'She said "yes", then \\ backslash \\n not a newline',
  'tab\there, newline\nthere, return\r\nand a lone \\. line',
  '👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 👍🏽 thumb, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢',
  'zero\u200bwidth\u200djoiner\u2060and\ufeffBOM',
  'שלום \u202eright to left\u202c عالم',
  '<script>alert("1")</script> &amp; &lt;b&gt;bold&lt;/b&gt; <br/>',
  'combining: e\u0301 o\u0308 Z\u0351\u036b\u0343',
  '{"json": "inside", "n": [1, 2]}',
  '$1 %s {0} {{contact.first_name}} ~Contact.FirstName~',
  ',;|\t"leading separator',
  '   spaces around   ',
  'null',
  '',
  'línea uno\u2028line separator\u2029paragraph',
  '-1e309',
  '\u0001control\u001fcharacters\u007f',
  '中文、日本語、한국어, ไทย, हिन्दी, Ελληνικά, Кириллица',
] as const

const plainTexts = [
  'Called, left a message.',
  'Interested in the annual plan.',
  'Asked for an invoice in EUR.',
  'Met at the trade show, wants a demo.',
  'Moved to a new office.',
  'Prefers e-mail in the morning.',
  'Renewal is due next quarter.',
] as const

const companyWords = [
  'Acme',
  'Müller & Söhne',
  'Рога и Копыта',
  '株式会社サンプル',
  'شركة المثال',
  'Globex',
  'Initech',
  'Ümlaut',
] as const
const companyForms = ['GmbH', 'Inc.', 'Ltd', 'S.A.', 'OOO', '', '"The" Co.', '& Sons'] as const
const places = [
  {
    locality: 'Chandler',
    region: 'Arizona',
    region_code: 'US-AZ',
    country: 'United States',
    country_code: 'USA',
    postal_code: '85225',
  },
  {
    locality: 'München',
    region: 'Bayern',
    region_code: 'DE-BY',
    country: 'Germany',
    country_code: 'DEU',
    postal_code: '80331',
  },
  {
    locality: 'القاهرة',
    region: 'القاهرة',
    region_code: 'EG-C',
    country: 'Egypt',
    country_code: 'EGY',
    postal_code: '11511',
  },
  {
    locality: '東京',
    region: '東京都',
    region_code: 'JP-13',
    country: 'Japan',
    country_code: 'JPN',
    postal_code: '100-0001',
  },
  {
    locality: 'Київ',
    region: 'Київ',
    region_code: 'UA-30',
    country: 'Ukraine',
    country_code: 'UKR',
    postal_code: '01001',
  },
  {
    locality: "L'Aquila",
    region: 'Abruzzo',
    region_code: 'IT-65',
    country: 'Italy',
    country_code: 'ITA',
    postal_code: '67100',
  },
] as const

/** A given name; now and then hostile, now and then empty. */
export const givenName = (random: Random): string =>
  random.chance(0.02) ? random.pick(hostileTexts) : random.pick(givenNames)

export const familyName = (random: Random): string =>
  random.chance(0.02) ? random.pick(hostileTexts) : random.pick(familyNames)

export const companyName = (random: Random): string =>
  random.chance(0.05) ? random.pick(hostileTexts) : `${random.pick(companyWords)} ${random.pick(companyForms)}`.trim()

/** A sentence, one time in four a hostile one. */
export const sentence = (random: Random): string => random.pick(random.chance(0.25) ? hostileTexts : plainTexts)

/** One to four sentences on lines of their own. */
export const paragraph = (random: Random): string =>
  Array.from({ length: 1 + random.int(4) }, () => sentence(random)).join('\n')

/** About 100 kB of text in one note. */
export const longText = (): string =>
  `${hostileTexts.join(' / ')}\n`.repeat(Math.ceil(100_000 / hostileTexts.join(' / ').length))

/** A short ASCII word for codes, slugs and file names. */
export const word = (random: Random): string =>
  random.pick(['alpha', 'bravo', 'delta', 'gamma', 'kappa', 'lambda', 'omega', 'sigma', 'theta', 'zeta'])

export const emailOf = (id: string, random: Random): string => `${word(random)}.${id}@example.com`

export const place = (random: Random): (typeof places)[number] => random.pick(places)

/** A number nobody has, 555-0100 to 555-0199 behind an area code; another one for each id. */
export const phone = (id: string): { number: string; number_e164: string } => {
  const area = id.slice(0, -2).padStart(3, '0')
  const line = id.slice(-2).padStart(2, '0')
  return { number: `(${area}) 555-01${line}`, number_e164: `+1${area}55501${line}` }
}
