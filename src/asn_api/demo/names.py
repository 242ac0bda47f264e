"""Invented people: given and family names of several regions, put together by chance."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Origin:
    """One region's names. `religions` are portal codes with weights."""

    weight: int
    male: tuple[str, ...]
    female: tuple[str, ...]
    last: tuple[str, ...]
    religions: tuple[tuple[str, int], ...]


RELIGIONS = {"1": "Islam", "2": "Kristen", "3": "Katholik", "4": "Hindu", "5": "Budha", "6": "Konghucu"}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.upper().split())


ORIGINS = (
    Origin(
        38,
        _words(
            "Agung Bagas Bambang Budi Danang Dwi Eko Fajar Galih Gunawan Handoko Hendro Imam Joko"
            " Kuncoro Lukman"
            " Mulyono Nugroho Prasetyo Purwanto Rudi Sigit Slamet Sugeng Sunardi Suryadi Teguh Tri Wahyu Yudi"
        ),
        _words(
            "Anik Ayu Diah Endang Fitri Hartini Indah Kartika Lestari Murni Nining Nur Puji Ratna"
            " Retno Rini Sari"
            " Siti Sri Sulastri Sumiati Tutik Umi Utami Wahyuni Wening Widya Wulan Yuli Yuniarti"
        ),
        _words(
            "Adiwijaya Anggoro Ardianto Baskoro Cahyono Darmawan Hadiwinoto Handayani Hartanto Kusumaningrum"
            " Listyani Margono Nurhayati Pambudi Pangestu Prabawati Pramudito Purnama Rahayu Raharjo Saputro"
            " Setyawan Subekti Suharto Sutrisno Wibisono Wicaksono Widiyanto Wulandari Yulianto"
        ),
        (("1", 90), ("2", 5), ("3", 4), ("5", 1)),
    ),
    Origin(
        18,
        _words(
            "Aceng Agus Asep Cecep Dadan Dede Didin Engkus Iwan Jajang Maman Nandang Oman Rahmat Ujang Wawan"
        ),
        _words("Ai Cucu Eneng Euis Ika Imas Lilis Mimin Neneng Nia Popon Rina Tati Teti Yayah Yeni"),
        _words(
            "Firmansyah Gumilar Hermawan Hidayat Juansyah Komara Koswara Kurnia Maulana Mulyana Nurjanah"
            " Permana Rohaeti Ruhiyat Sadikin Solihat Sonjaya Sukmana Suryana Wiguna"
        ),
        (("1", 98), ("2", 2)),
    ),
    Origin(
        12,
        _words(
            "Afrizal Arif Dasril Efendi Fadli Hendri Irwan Jasril Mardi Nasrul Rizal Syafril Yusri Zainal"
        ),
        _words(
            "Desi Elfi Fatimah Gusnita Hasnah Lismar Mardiana Nelfi Nurlela Rahmi Rosmita Syofia"
            " Yulinar Zurni"
        ),
        _words(
            "Alamsyah Chaniago Darwis Guci Hamdani Jambak Koto Mansyur Piliang Rasyid Sikumbang"
            " Syarif Tanjung Zen"
        ),
        (("1", 100),),
    ),
    Origin(
        9,
        _words("Binsar Daud Ferry Hotman Jonas Lambok Marihot Parlin Poltak Robert Saut Togar Tumpal Viktor"),
        _words(
            "Berliana Debora Ester Herta Juwita Lamria Marlina Nurmala Riama Rosdiana Rotua Sondang"
            " Tiurma Yohana"
        ),
        _words(
            "Gultom Harahap Hutagalung Lubis Manurung Marpaung Nainggolan Nasution Pardede Purba"
            " Sagala Sinaga Tobing"
        ),
        (("2", 68), ("1", 24), ("3", 8)),
    ),
    Origin(
        9,
        _words(
            "Amir Ambo Baharuddin Basri Hasan Ilyas Jamaluddin Kahar Mappa Muhtar Rusli Sudirman"
            " Syahrir Tahir"
        ),
        _words(
            "Andi Besse Darmawati Fitriani Hasma Indo Jumriah Kartini Marwah Nurmiati Rabiah Salma"
            " Suriani Tenri"
        ),
        _words(
            "Abdullah Daming Hafid Jafar Lahaji Mallongi Mustari Palaguna Rauf Saleng Sirajuddin"
            " Tawakkal Yunus"
        ),
        (("1", 94), ("2", 6)),
    ),
    Origin(
        5,
        _words("Wayan Made Nyoman Ketut Gede Komang Putu Kadek"),
        _words("Wayan Made Nyoman Ketut Luh Komang Putu Kadek"),
        _words(
            "Adnyana Artawan Budiasa Darmika Kertiyasa Mahardika Sudarsana Suardana Sukerta Wardana"
            " Widiasih Yasa"
        ),
        (("4", 96), ("1", 4)),
    ),
    Origin(
        5,
        _words("Adrianus Benyamin Frans Herman Markus Melkior Paulus Samuel Stefanus Yakob Yosep Yulius"),
        _words(
            "Agustina Bernadeta Fransiska Kristina Magdalena Margareta Maria Marselina Regina"
            " Selfina Theresia Yosefina"
        ),
        _words(
            "Bria Dapa Hale Kambu Latumeten Leba Mandowen Nahak Ngongo Pattinama Rumbewas Seran"
            " Tuanakotta Wenda"
        ),
        (("3", 48), ("2", 50), ("1", 2)),
    ),
    Origin(
        4,
        _words("Andika Antoni Budiman Chandra Hendrik Kevin Rudy Stefan Surya Wiliam"),
        _words("Angela Cynthia Felicia Grace Jessica Lina Melisa Natalia Silvia Vera"),
        _words("Gunadi Halim Hartono Kosasih Lesmana Limanto Salim Setiadi Sutanto Tanujaya Wijaya"),
        (("5", 38), ("2", 34), ("3", 20), ("6", 8)),
    ),
)
WEIGHTS = [origin.weight for origin in ORIGINS]


def person(rng: Random, sex: str) -> tuple[str, str]:
    """A name in the portal's capitals, and a religion code."""
    origin = rng.choices(ORIGINS, WEIGHTS)[0]
    given = origin.male if sex == "M" else origin.female
    first = rng.choice(given)
    roll = rng.random()
    if roll < 0.06:
        name = first
    elif roll < 0.30:
        second = rng.choice([name for name in given if name != first])
        name = f"{first} {second} {rng.choice(origin.last)}"
    else:
        name = f"{first} {rng.choice(origin.last)}"
    codes, weights = zip(*origin.religions, strict=True)
    return name, rng.choices(codes, weights)[0]
